{{/* One line per bound of the namespace that the components exceed. Takes $. */}}
{{- define "@{ platform.name }@.problems.quota" -}}
{{- $sums := dict }}
@% for component in plan.components %@
{{- if include "@{ component.name }@.runs" $ }}
{{- with .Values.@{ component.path }@ }}
{{- $resources := include "@{ component.name }@.resources" (dict "context" $ "values" .) | fromYaml }}
{{- include "@{ platform.name }@.problems.boundsOfPod" (dict "context" $ "path" "@{ component.path }@" "values" . "resources" $resources) }}
{{- include "@{ platform.name }@.addUp" (dict "context" $ "sums" $sums "values" . "resources" $resources) }}
@% if component.spec.parts() %@
{{- with .backup }}
{{- if .enabled }}
{{- include "@{ platform.name }@.problems.bounds" (dict "context" $ "path" "@{ component.path }@.backup" "resources" .resources) }}
{{- include "@{ platform.name }@.addUp" (dict "context" $ "sums" $sums "values" (dict "replicas" 2) "resources" .resources) }}
{{- if and (eq .destination "claim") (not .persistence.existingClaim) }}
{{- include "@{ platform.name }@.add" (dict "sums" $sums "name" "requests.storage" "amount" .persistence.size "pods" 1) }}
{{- end }}
{{- end }}
{{- end }}
@% endif %@
{{- end }}
{{- end }}
@% endfor %@
@% for volume in plan.volumes %@
{{- with .Values.global.storage.@{ volume.key }@ }}
{{- if and (has .mode (list "rwx" "rwo-colocated")) (not .existingClaim) }}
{{- include "@{ platform.name }@.add" (dict "sums" $sums "name" "requests.storage" "amount" .size "pods" 1) }}
{{- end }}
{{- end }}
@% endfor %@
@% if plan.uses_toolbox %@
{{- with .Values.global.toolbox }}
{{- include "@{ platform.name }@.problems.bounds" (dict "context" $ "path" "global.toolbox" "resources" .resources) }}
{{- include "@{ platform.name }@.addUp" (dict "context" $ "sums" $sums "values" . "resources" .resources) }}
{{- end }}
@% endif %@
{{- if .Values.resourceQuota.enabled }}
{{- range $name, $sum := $sums }}
{{- with get $.Values.resourceQuota.hard $name }}
{{- if gt $sum (include "common.number" . | float64) }}
resourceQuota.hard.{{ $name }}: is {{ include "common.quantity" . }}, but the components may use {{ include "@{ platform.name }@.readable" (dict "name" $name "amount" $sum) }} together: set at least that
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
