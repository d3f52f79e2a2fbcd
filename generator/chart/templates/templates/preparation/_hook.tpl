{{/*
"true" where a Job prepares the release: it looks what is there already, and creates the Secret.
Takes $.
*/}}
{{- define "@{ platform.name }@.isPrepared" -}}
{{- if or .Values.releaseChecks.enabled (eq .Values.global.secrets.source "generate") }}true{{ end }}
{{- end }}

{{/* "true" where it compares the secrets in the values with those that are there. Takes $. */}}
{{- define "@{ platform.name }@.comparesSecrets" -}}
{{- if and .Values.releaseChecks.enabled (eq .Values.global.secrets.source "values") }}true{{ end }}
{{- end }}

{{/* "true" where a Job makes the tables in a server outside the release. Takes $. */}}
{{- define "@{ platform.name }@.initializes" -}}
@% for server in plan.initialized %@
{{- include "@{ server.name }@.isInitialized" $ }}
@% endfor %@
{{- end }}

{{/* Secret with what the pods will read, as a hook finds it after the Job that prepares. Takes $. */}}
{{- define "@{ platform.name }@.earlySecretName" -}}
{{- if has .Values.global.secrets.source (list "values" "externalSecrets") -}}
{{ .Values.global.namePrefix }}@{ preparation }@
{{- else -}}
{{ include "common.secretName" $ }}
{{- end }}
{{- end }}

{{/* Annotations of a hook before install and upgrade; lower weights come first. Takes the weight. */}}
{{- define "@{ platform.name }@.hook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}
