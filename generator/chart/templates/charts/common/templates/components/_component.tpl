{{/* Labels that identify the pods of @{ component.name }@. Takes $. */}}
{{- define "@{ component.name }@.selectorLabels" -}}
{{ include "common.selectorLabels" (dict "context" . "name" "@{ component.name }@") }}
{{- end }}

{{/* Labels of the pods of @{ component.name }@. Takes $. */}}
{{- define "@{ component.name }@.podLabels" -}}
{{ include "common.podLabels" (dict "context" . "name" "@{ component.name }@" "tier" "@{ component.label }@") }}
{{- end }}

{{/* Labels of the objects of @{ component.name }@. Takes $. */}}
{{- define "@{ component.name }@.labels" -}}
{{ include "common.labels" (dict "context" . "name" "@{ component.name }@" "tier" "@{ component.label }@") }}
{{- end }}

{{/*
Requests and limits of the container of @{ component.name }@. Takes (dict "context" $ "values" .Values.@{ component.key }@).
*/}}
{{- define "@{ component.name }@.resources" -}}
@% if component.spec.shared_volumes or component.storage %@
{{- $scratch := list -}}
@% for volume in component.spec.shared_volumes %@
{{- with .context.Values.global.storage.@{ volume | camel_case }@ -}}
{{- if eq .mode "ephemeral" }}{{ $scratch = append $scratch .size }}{{ end -}}
{{- end -}}
@% endfor %@
@% if component.storage %@
{{- with .values.persistence -}}
{{- if not .enabled }}{{ $scratch = append $scratch .size }}{{ end -}}
{{- end -}}
@% endif %@
{{ include "common.resources" (dict "resources" .values.resources "scratch" $scratch) }}
@% else %@
{{ toYaml .values.resources }}
@% endif %@
{{- end }}
@% if component.waits_for %@

{{/*
Selector of the pods that make the connections of @{ component.name }@: its own, and the one by which
`helm test` tries them. Takes $.
*/}}
{{- define "@{ component.name }@.callerSelector" -}}
matchLabels:
  app.kubernetes.io/instance: {{ .Release.Name | quote }}
  app.kubernetes.io/part-of: @{ platform.name }@
matchExpressions:
  - key: app.kubernetes.io/name
    operator: In
    values: [{{ .Values.global.namePrefix }}@{ component.name }@, {{ .Values.global.namePrefix }}@{ component.name }@-test]
{{- end }}
@% endif %@
