{{/* Annotations of a hook before install and upgrade; lower weights come first. Takes the weight. */}}
{{- define "@{ platform.name }@.hook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}
