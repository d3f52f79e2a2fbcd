{{/* One line per problem with how many pods run, and how they stop. Takes $. */}}
{{- define "@{ platform.name }@.problems.scaling" -}}
@% for component in plan.components if component.replicated %@
{{- include "@{ platform.name }@.problems.autoscaling" (dict "path" "@{ component.path }@" "values" .Values.@{ component.path }@) }}
@% endfor %@
@% for component in plan.components if component.kind == "web" %@
{{- with .Values.@{ component.path }@ }}
{{- if and (not (hasKey .lifecycle "preStop")) (ge (int64 .preStopSeconds) (int64 .terminationGracePeriodSeconds)) }}
@{ component.path }@.preStopSeconds: {{ int64 .preStopSeconds }} leaves nothing of terminationGracePeriodSeconds {{ int64 .terminationGracePeriodSeconds }} to finish requests in
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

{{/* What keeps autoscalers from their work. Takes (dict "path" "application.api" "values" …). */}}
{{- define "@{ platform.name }@.problems.autoscaling" -}}
{{- $path := .path }}
{{- range $key, $scaler := pick .values "autoscaling" "keda" }}
{{- if and .enabled (gt (int64 .minReplicas) (int64 .maxReplicas)) }}
{{ $path }}.{{ $key }}: minReplicas {{ int64 .minReplicas }} is more than maxReplicas {{ int64 .maxReplicas }}
{{- end }}
{{- end }}
{{- with .values.autoscaling }}
{{- if and .enabled (not .targetCPUUtilizationPercentage) (not .targetMemoryUtilizationPercentage) (not .metrics) }}
{{ $path }}.autoscaling: has no metric: set targetCPUUtilizationPercentage or targetMemoryUtilizationPercentage, or name one in metrics
{{- end }}
{{- if and .enabled $.values.keda.enabled }}
{{ $path }}.keda.enabled: is true, as is {{ $path }}.autoscaling.enabled: both would set the number of pods, so set one to false
{{- end }}
{{- end }}
{{- if and .values.keda.enabled (not .values.keda.triggers) }}
{{ $path }}.keda.triggers: is empty, but keda.enabled is true: name what KEDA looks at
{{- end }}
{{- end }}
