{{/* One line per problem with replicas and autoscaling. Takes $. */}}
{{- define "@{ platform.name }@.problems.scaling" -}}
@% for c in plan.components if c.replicated %@
{{- with .Values.@{ c.path }@.autoscaling }}
{{- if and .enabled (gt (int64 .minReplicas) (int64 .maxReplicas)) }}
@{ c.path }@.autoscaling: minReplicas {{ .minReplicas }} is more than maxReplicas {{ .maxReplicas }}
{{- end }}
{{- end }}
@% endfor %@
{{- end }}
