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
{{- range $key, $value := .config.extra }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
{{- end }}
{{- end }}
