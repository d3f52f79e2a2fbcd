{{/* One line per problem with servers that hold data together. Takes $. */}}
{{- define "@{ platform.name }@.problems.groups" -}}
@% for component in plan.components if component.spec.group_size %@
{{- if include "@{ component.name }@.runs" $ }}
{{- with .Values.@{ component.path }@ }}
{{- if eq .mode "groupReplication" }}
{{- $memory := .resources.requests.memory }}
{{- if lt (include "common.number" $memory | float64) (include "common.number" "768Mi" | float64) }}
@{ component.path }@.resources.requests.memory: is {{ include "common.quantity" $memory }}, but a member of a group needs 768Mi: set at least that, or mode to standalone
{{- end }}
{{- with .persistence.existingClaim }}
@{ component.path }@.persistence.existingClaim: is {{ . }}, but mode is groupReplication, where each of three servers has a claim of its own: leave it empty
{{- end }}
{{- with .command }}
@{ component.path }@.command: is {{ toJson . }}, but mode is groupReplication, where the chart's own command tells each server who it is: leave it empty
{{- end }}
{{- with .podDisruptionBudget }}
{{- if gt (int64 .maxUnavailable) 1 }}
@{ component.path }@.podDisruptionBudget.maxUnavailable: is {{ int64 .maxUnavailable }}, but mode is groupReplication, where two of three must always work: set it to 1
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
@% endfor %@
{{- end }}
