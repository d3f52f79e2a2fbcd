{{/*
Adds to the sums what the pods of a component may use at most.
Takes (dict "sums" $sums "values" .Values.application.api).
*/}}
{{- define "@{ platform.name }@.addUp" -}}
{{- $sums := .sums -}}
{{- with .values }}
{{- $pods := dig "replicas" 1 . }}
{{- if dig "autoscaling" "enabled" false . }}{{ $pods = .autoscaling.maxReplicas }}{{ end }}
{{- range $end, $amounts := .resources }}
{{- range $name, $amount := $amounts }}
{{- include "@{ platform.name }@.add" (dict "sums" $sums "name" (print $end "." $name) "amount" $amount "pods" $pods) }}
{{- end }}
{{- end }}
{{- if and (dig "persistence" "enabled" false .) (not (dig "persistence" "existingClaim" "" .)) }}
{{- include "@{ platform.name }@.add" (dict "sums" $sums "name" "requests.storage" "amount" .persistence.size "pods" 1) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Takes (dict "sums" $sums "name" "requests.cpu" "amount" "250m" "pods" 2). */}}
{{- define "@{ platform.name }@.add" -}}
{{- $more := mulf (include "common.number" .amount | float64) .pods -}}
{{- $_ := set .sums .name (addf (get .sums .name | default 0.0) $more) -}}
{{- end }}

{{/* An amount as a user writes it: cores, or 1073741824 bytes as 1Gi. Takes (dict "name" "requests.memory" "amount" $amount). */}}
{{- define "@{ platform.name }@.readable" -}}
{{- if hasSuffix "cpu" .name }}{{ .amount }}{{ else }}{{ printf "%.4gGi" (divf .amount 1073741824) }}{{ end }}
{{- end }}
