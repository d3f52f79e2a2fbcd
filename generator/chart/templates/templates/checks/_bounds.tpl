{{/* What the namespace refuses of the containers of a component. Takes (dict "context" $ "path" "application.api" "values" … "resources" $resources). */}}
{{- define "@{ platform.name }@.problems.boundsOfPod" -}}
{{- include "@{ platform.name }@.problems.bounds" . }}
{{- with .context.Values.limitRange }}
{{- if and .enabled (hasKey .default "cpu") (not (hasKey $.resources.limits "cpu")) }}
limitRange.default.cpu: is {{ .default.cpu }}, and becomes the limit of {{ $.path }}, which is to have none; set limitRange.default.cpu and limitRange.max.cpu to null, or give the limit
{{- end }}
{{- end }}
{{- if dig "guard" "enabled" false .values }}
{{- include "@{ platform.name }@.problems.bounds" (dict "context" .context "path" (print .path ".guard") "resources" .values.guard.resources) }}
{{- end }}
{{- range $list, $containers := pick .values "extraContainers" "extraInitContainers" }}
{{- range $containers }}
{{- include "@{ platform.name }@.problems.bounds" (dict "context" $.context "path" (printf "%s.%s %s" $.path $list .name) "resources" (dig "resources" dict .)) }}
{{- end }}
{{- end }}
{{- end }}

{{/*
What the namespace refuses of one container: limits above those of the LimitRange, and none where the
quota asks for them. Takes (dict "context" $ "path" "application.api" "resources" $resources).
*/}}
{{- define "@{ platform.name }@.problems.bounds" -}}
{{- $path := .path }}
{{- $amounts := include "@{ platform.name }@.amounts" (dict "context" .context "container" (pick . "resources")) | fromYaml }}
{{- with .context.Values.limitRange }}
{{- if .enabled }}
{{- range $name, $most := .max }}
{{- $limit := get $amounts (print "limits." $name) }}
{{- if not (hasKey $amounts (print "limits." $name)) }}
limitRange.max.{{ $name }}: is {{ include "common.quantity" $most }}, but {{ $path }} has no limit: give it resources.limits.{{ $name }}, or give limitRange.default.{{ $name }}
{{- else if gt $limit (include "common.number" $most | float64) }}
limitRange.max.{{ $name }}: is {{ include "common.quantity" $most }}, but the limit of {{ $path }} is {{ dig "limits" $name "that of limitRange.default" ($.resources | default dict) | include "common.quantity" }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- with .context.Values.resourceQuota }}
{{- if .enabled }}
{{- range $name, $most := .hard }}
{{- if and (regexMatch "^(requests|limits)[.](cpu|memory)$" $name) (not (hasKey $amounts $name)) }}
resourceQuota.hard.{{ $name }}: is {{ include "common.quantity" $most }}, and so every container must have one, but {{ $path }} has none: give it resources.{{ $name }}, or set limitRange.enabled to true
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
