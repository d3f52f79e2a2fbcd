{{/* Name of the scratch volume at a path: /var/run/mysqld → var-run-mysqld. Takes the path. */}}
{{- define "common.volumeName" -}}
{{- regexReplaceAll "[^a-z0-9]" (lower . | trimAll "/") "-" | trimAll "-" | trunc 63 | trimSuffix "-" }}
{{- end }}
