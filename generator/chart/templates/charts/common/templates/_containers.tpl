{{/*
A user's own containers as YAML, with the chart's security context where they have none: a namespace
that enforces the restricted standard refuses the pod otherwise.
Takes (dict "context" $ "containers" .extraContainers "values" .containerSecurityContext).
*/}}
{{- define "common.ownContainers" -}}
{{- $restricted := dict "securityContext" (include "common.securityContext" . | fromYaml) }}
{{- range .containers }}
{{ list (merge (dict) . (ternary (dict) $restricted (hasKey . "securityContext"))) | toYaml }}
{{- end }}
{{- end }}
