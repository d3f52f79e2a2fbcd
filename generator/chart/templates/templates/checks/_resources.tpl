{{/* One line per request that is more than its limit. Takes $. */}}
{{- define "@{ platform.name }@.problems.resources" -}}
@% for component in plan.components %@
{{- if include "@{ component.name }@.runs" $ }}
{{- include "@{ platform.name }@.problems.requests" (dict "path" "@{ component.path }@" "values" .Values.@{ component.path }@) }}
{{- end }}
@% endfor %@
@% if plan.uses_toolbox %@
{{- include "@{ platform.name }@.problems.requests" (dict "path" "global.toolbox" "values" .Values.global.toolbox) }}
@% endif %@
{{- end }}

{{/* Requests that are more than the limit. Takes (dict "path" "application.api" "values" .Values.application.api). */}}
{{- define "@{ platform.name }@.problems.requests" -}}
{{- $path := .path -}}
{{- $limits := .values.resources.limits -}}
{{- range $name, $request := .values.resources.requests }}
{{- $limit := get $limits $name }}
{{- if gt (include "common.number" $request | float64) (include "common.number" $limit | float64) }}
{{ $path }}.resources.requests.{{ $name }}: {{ $request }} is more than the limit, {{ $limit }}
{{- end }}
{{- end }}
{{- end }}
