@% set group_size = plan.components | map(attribute="spec.group_size") | max %@
{{/*
Adds to the sums what the pods of a component may use at most, with those that a rollout adds.
Takes (dict "context" $ "sums" $sums "values" .Values.application.api "resources" $resources).
*/}}
{{- define "@{ platform.name }@.addUp" -}}
{{- $sums := .sums -}}
{{- $pods := include "@{ platform.name }@.mostPods" .values | float64 }}
{{- if eq (dig "updateStrategy" "type" "" .values) "RollingUpdate" }}
{{- $surge := dig "updateStrategy" "rollingUpdate" "maxSurge" 0 .values | toString }}
{{- if hasSuffix "%" $surge }}{{ $surge = divf (mulf (trimSuffix "%" $surge) $pods) 100 | ceil }}{{ end }}
{{- $pods = addf $pods $surge }}
{{- end }}
{{- include "@{ platform.name }@.addAmounts" (dict "sums" $sums "amounts" (include "@{ platform.name }@.podAmounts" . | fromYaml) "pods" $pods) }}
{{- with .values }}
{{- if and (dig "persistence" "enabled" false .) (not (dig "persistence" "existingClaim" "" .)) }}
{{- include "@{ platform.name }@.add" (dict "sums" $sums "name" "requests.storage" "amount" .persistence.size "pods" (ternary @{ group_size }@ 1 (eq (dig "mode" "" .) "groupReplication"))) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Takes (dict "sums" $sums "name" "requests.storage" "amount" "10Gi" "pods" 1). */}}
{{- define "@{ platform.name }@.add" -}}
{{- $more := mulf (include "common.number" .amount | float64) .pods -}}
{{- $_ := set .sums .name (addf (get .sums .name | default 0.0) $more) -}}
{{- end }}

{{/* An amount as a user writes it: cores, or bytes as 1.25Gi, rounded up. Takes (dict "name" "requests.memory" "amount" $amount). */}}
{{- define "@{ platform.name }@.readable" -}}
{{- if hasSuffix "cpu" .name }}{{ toJson .amount }}{{ else }}{{ divf (mulf (divf .amount 1073741824) 100 | ceil) 100 | toJson }}Gi{{ end }}
{{- end }}

{{/* Most pods of a component that run at once, but for those that a rollout adds. Takes its values. */}}
{{- define "@{ platform.name }@.mostPods" -}}
{{- if dig "autoscaling" "enabled" false . }}{{ .autoscaling.maxReplicas | int64 }}
{{- else if dig "keda" "enabled" false . }}{{ .keda.maxReplicas | int64 }}
{{- else if eq (dig "mode" "" .) "groupReplication" }}@{ group_size }@
{{- else }}{{ dig "replicas" 1 . | int64 }}
{{- end }}
{{- end }}
