{{/* One line per problem with how many pods run, and how they stop. Takes $. */}}
{{- define "@{ platform.name }@.problems.scaling" -}}
@% for c in plan.components if c.replicated %@
{{- with .Values.@{ c.path }@.autoscaling }}
{{- if and .enabled (gt (int64 .minReplicas) (int64 .maxReplicas)) }}
@{ c.path }@.autoscaling: minReplicas {{ .minReplicas }} is more than maxReplicas {{ .maxReplicas }}
{{- end }}
{{- end }}
@% endfor %@
@% for c in plan.components if c.kind == "web" %@
{{- with .Values.@{ c.path }@ }}
{{- if ge (int64 .preStopSeconds) (int64 .terminationGracePeriodSeconds) }}
@{ c.path }@.preStopSeconds: {{ .preStopSeconds }} leaves nothing of terminationGracePeriodSeconds {{ .terminationGracePeriodSeconds }} to finish requests in
{{- end }}
{{- end }}
@% endfor %@
{{- end }}
