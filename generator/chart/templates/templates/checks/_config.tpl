{{/* One line per problem with the ConfigMap. Takes $. */}}
{{- define "@{ platform.name }@.problems.config" -}}
{{- range $key, $value := .Values.config.extra }}
{{- if has $key (list @{ config["keys"] | quoted }@) }}
config.extra.{{ $key }}: the platform has this key already
{{- end }}
{{- end }}
{{- end }}
