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
{{- if and (not (hasKey .lifecycle "preStop")) (ge (int64 .preStopSeconds) (int64 .terminationGracePeriodSeconds)) }}
@{ component.path }@.preStopSeconds: {{ .preStopSeconds }} leaves nothing of terminationGracePeriodSeconds {{ .terminationGracePeriodSeconds }} to finish requests in
{{- end }}
{{- end }}
@% endfor %@
@% for component in plan.components if component.workload == "Deployment" %@
{{- include "@{ platform.name }@.problems.update" (dict "path" "@{ component.path }@" "values" .Values.@{ component.path }@) }}
@% endfor %@
{{- end }}

{{/* How the pods of a Deployment cannot be replaced. Takes (dict "path" "application.api" "values" .Values.application.api). */}}
{{- define "@{ platform.name }@.problems.update" -}}
{{- $path := .path }}
{{- $stored := dig "persistence" "enabled" false .values }}
{{- with .values.updateStrategy }}
{{- if and (eq .type "RollingUpdate") $stored }}
{{ $path }}.updateStrategy.type: is RollingUpdate, with which two pods hold one volume for a while; leave it at Recreate, or set persistence.enabled to false
{{- end }}
{{- if and (eq .type "RollingUpdate") (eq (trimSuffix "%" (toString .rollingUpdate.maxSurge)) "0") (eq (trimSuffix "%" (toString .rollingUpdate.maxUnavailable)) "0") }}
{{ $path }}.updateStrategy.rollingUpdate: maxSurge and maxUnavailable are both 0, so that no pod can ever be replaced; set one of them to 1
{{- end }}
{{- end }}
{{- end }}
