{{/* One line per problem with how many pods run, and how they stop. Takes $. */}}
{{- define "@{ platform.name }@.problems.scaling" -}}
@% for component in plan.components if component.replicated %@
{{- with .Values.@{ component.path }@.autoscaling }}
{{- if and .enabled (gt (int64 .minReplicas) (int64 .maxReplicas)) }}
@{ component.path }@.autoscaling: minReplicas {{ .minReplicas }} is more than maxReplicas {{ .maxReplicas }}
{{- end }}
{{- end }}
@% endfor %@
@% for component in plan.components if component.kind == "web" %@
{{- with .Values.@{ component.path }@ }}
{{- if ge (int64 .preStopSeconds) (int64 .terminationGracePeriodSeconds) }}
@{ component.path }@.preStopSeconds: {{ .preStopSeconds }} leaves nothing of terminationGracePeriodSeconds {{ .terminationGracePeriodSeconds }} to finish requests in
{{- end }}
{{- end }}
@% endfor %@
{{- end }}
