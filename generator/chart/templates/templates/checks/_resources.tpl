{{/* One line per problem with CPU, memory and storage. Takes $. */}}
{{- define "@{ platform.name }@.problems.resources" -}}
{{- $sums := dict }}
@% for component in plan.components %@
{{- if include "@{ component.name }@.runs" $ }}
{{- include "@{ platform.name }@.problems.requests" (dict "path" "@{ component.path }@" "values" .Values.@{ component.path }@) }}
{{- include "@{ platform.name }@.addUp" (dict "sums" $sums "values" .Values.@{ component.path }@) }}
{{- end }}
@% endfor %@
@% for volume in plan.volumes %@
{{- if has .Values.global.storage.@{ volume.key }@.mode (list "rwx" "rwo-colocated") }}
{{- include "@{ platform.name }@.add" (dict "sums" $sums "name" "requests.storage" "amount" .Values.global.storage.@{ volume.key }@.size "pods" 1) }}
{{- end }}
@% endfor %@
@% if plan.uses_toolbox %@
{{- include "@{ platform.name }@.problems.requests" (dict "path" "global.toolbox" "values" .Values.global.toolbox) }}
@% endif %@
{{- if .Values.resourceQuota.enabled }}
{{- range $name, $sum := $sums }}
{{- with get $.Values.resourceQuota.hard $name }}
{{- if gt $sum (include "common.number" . | float64) }}
resourceQuota.hard.{{ $name }}: is {{ . }}, but the components may use {{ include "@{ platform.name }@.readable" (dict "name" $name "amount" $sum) }} together
{{- end }}
{{- end }}
{{- end }}
{{- end }}
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
