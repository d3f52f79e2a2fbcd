{{/* Pod security context of the restricted profile. Takes a component's values. */}}
{{- define "common.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: {{ .securityContext.runAsUser | int64 }}
runAsGroup: {{ .securityContext.runAsGroup | int64 }}
fsGroup: {{ .securityContext.fsGroup | int64 }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* Container security context of the restricted profile. Takes nothing. */}}
{{- define "common.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}
