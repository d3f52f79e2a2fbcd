{{/* Name of the ConfigMap that the pods read. Takes $. */}}
{{- define "common.configName" -}}
{{ .Values.global.namePrefix }}@{ config.object }@
{{- end }}

{{/*
Content of the ConfigMap, as YAML: the values given, and what follows from others. It needs `global`
alone, so that every chart of the platform computes the same. Takes $.
*/}}
{{- define "common.config" -}}
{{- with .Values.global -}}
@% for line in config_lines %@
@{ line.name }@: @{ line.text }@
@% endfor %@
{{- range $key, $entry := .config.extra }}
{{- $value := $entry }}
{{- if kindIs "map" $entry }}
{{- $value = $entry.value }}
{{- end }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
{{- end }}
{{- end }}

{{/* Keys of a user's own that a component reads, as YAML. Takes (dict "extra" .Values.global.config.extra "name" "api"). */}}
{{- define "common.extraKeysOf" -}}
{{- range $key, $entry := .extra }}
{{- if kindIs "map" $entry }}
{{- if has $.name $entry.readBy }}
- {{ $key | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
