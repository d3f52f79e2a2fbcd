{{/* One line per problem with the ConfigMap. Takes $. */}}
{{- define "@{ platform.name }@.problems.config" -}}
{{- range $key, $value := .Values.config.extra }}
{{- if hasKey (omit $.Values.config "extra") $key }}
config.extra.{{ $key }}: is a key of its own: set config.{{ $key }}
{{- end }}
{{- end }}
{{- end }}
