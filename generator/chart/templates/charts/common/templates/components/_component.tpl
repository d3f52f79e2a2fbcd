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
