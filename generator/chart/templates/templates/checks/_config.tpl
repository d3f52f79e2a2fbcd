{{/* One line per problem with the ConfigMap. Takes $. */}}
{{- define "@{ platform.name }@.problems.config" -}}
{{- range $key, $value := .Values.global.config.extra }}
{{- if has $key (list @{ config["keys"] | quoted }@) }}
global.config.extra.{{ $key }}: the platform has this key already; set global.config.{{ $key }}, or remove it
{{- end }}
{{- end }}
{{- end }}
