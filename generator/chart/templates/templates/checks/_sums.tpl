{{/* Adds what the pods of a component may use at most to the sums. Takes (list $sums .values). */}}
{{- define "@{ platform.name }@.addUp" -}}
{{- $sums := index . 0 -}}
{{- with index . 1 }}
{{- $pods := dig "replicas" 1 . }}
{{- if dig "autoscaling" "enabled" false . }}{{ $pods = .autoscaling.maxReplicas }}{{ end }}
{{- range $kind, $amounts := .resources }}
{{- range $name, $amount := $amounts }}
{{- include "@{ platform.name }@.add" (list $sums (printf "%s.%s" $kind $name) $amount $pods) }}
{{- end }}
{{- end }}
{{- if and (dig "persistence" "enabled" false .) (not (dig "persistence" "existingClaim" "" .)) }}
{{- include "@{ platform.name }@.add" (list $sums "requests.storage" .persistence.size 1) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Takes (list $sums "requests.cpu" "250m" $pods). */}}
{{- define "@{ platform.name }@.add" -}}
{{- $amount := mulf (include "common.number" (index . 2) | float64) (index . 3) -}}
{{- $_ := set (index . 0) (index . 1) (addf (get (index . 0) (index . 1) | default 0.0) $amount) -}}
{{- end }}

{{/* An amount as a person writes it: cores, or 1073741824 bytes as 1Gi. Takes (list "requests.memory" $amount). */}}
{{- define "@{ platform.name }@.readable" -}}
{{- if hasSuffix "cpu" (index . 0) }}{{ index . 1 }}{{ else }}{{ printf "%.4gGi" (divf (index . 1) 1073741824) }}{{ end }}
{{- end }}
