{{/* Image reference; a digest wins over a tag. Takes (list $ .image). */}}
{{- define "common.image" -}}
{{- $global := (index . 0).Values.global -}}
{{- with index . 1 -}}
{{- with $global.imageRegistry | default .registry }}{{ trimSuffix "/" . }}/{{ end -}}
{{ .repository }}
{{- if .digest }}{{ print "@" .digest }}{{ else }}{{ print ":" .tag }}{{ end }}
{{- end }}
{{- end }}

{{/* Credentials for a private registry. Takes $. */}}
{{- define "common.imagePullSecrets" -}}
{{- with .Values.global.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
