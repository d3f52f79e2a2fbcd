{{/* Limits that the LimitRange refuses. Takes (dict "context" $ "path" "application.api" "resources" $resources). */}}
{{- define "@{ platform.name }@.problems.limitRange" -}}
{{- $ := .context -}}
{{- $path := .path -}}
{{- $limits := .resources.limits -}}
{{- if $.Values.limitRange.enabled }}
{{- range $name, $most := $.Values.limitRange.max }}
{{- with get $limits $name }}
{{- if gt (include "common.number" . | float64) (include "common.number" $most | float64) }}
limitRange.max.{{ $name }}: is {{ $most }}, but the limit of {{ $path }} is {{ . }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
