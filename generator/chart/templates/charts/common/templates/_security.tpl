{{/*
Security context of a pod or a container: that of its values, whose default is the restricted Pod
Security Standard. OpenShift gives ids itself, and refuses others.
Takes (dict "context" $ "values" .podSecurityContext).
*/}}
{{- define "common.securityContext" -}}
{{- if eq .context.Values.global.compatibility.openshift.adaptSecurityContext "force" -}}
{{ omit .values "runAsUser" "runAsGroup" "fsGroup" | toYaml }}
{{- else -}}
{{ toYaml .values }}
{{- end }}
{{- end }}
