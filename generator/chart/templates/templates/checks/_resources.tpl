{{/* One line per problem with CPU, memory and storage. Takes $. */}}
{{- define "@{ platform.name }@.problems.resources" -}}
{{- $sums := dict }}
@% for c in plan.components %@
{{- if include "@{ platform.name }@.runs" (list $ "@{ c.tier }@" "@{ c.key }@") }}
{{- include "@{ platform.name }@.problems.requests" (list "@{ c.path }@" .Values.@{ c.path }@) }}
{{- include "@{ platform.name }@.addUp" (list $sums .Values.@{ c.path }@) }}
{{- end }}
@% endfor %@
@% for volume in plan.volumes %@
{{- if has .Values.storage.@{ volume.key }@.mode (list "rwx" "rwo-colocated") }}
{{- include "@{ platform.name }@.add" (list $sums "requests.storage" .Values.storage.@{ volume.key }@.size 1) }}
{{- end }}
@% endfor %@
@% if plan.uses_toolbox %@
{{- include "@{ platform.name }@.problems.requests" (list "global.toolbox" .Values.global.toolbox) }}
@% endif %@
{{- if .Values.global.resourceQuota.enabled }}
{{- range $name, $sum := $sums }}
{{- with get $.Values.global.resourceQuota.hard $name }}
{{- if gt $sum (include "common.number" . | float64) }}
global.resourceQuota.hard.{{ $name }}: is {{ . }}, but the components may use {{ include "@{ platform.name }@.readable" (list $name $sum) }} together
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Takes (list "application.api" .values). */}}
{{- define "@{ platform.name }@.problems.requests" -}}
{{- $path := index . 0 -}}
{{- $resources := (index . 1).resources }}
{{- range $name, $request := $resources.requests }}
{{- $limit := get $resources.limits $name }}
{{- if gt (include "common.number" $request | float64) (include "common.number" $limit | float64) }}
{{ $path }}.resources.requests.{{ $name }}: {{ $request }} is more than the limit, {{ $limit }}
{{- end }}
{{- end }}
{{- end }}
