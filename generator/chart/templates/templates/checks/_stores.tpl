{{/* One line per problem with the store that an ExternalSecret reads. Takes $. */}}
{{- define "@{ platform.name }@.problems.stores" -}}
{{- with .Values.global.secrets }}
{{- if eq .source "externalSecrets" }}
{{- if not .externalSecrets.secretStoreRef.name }}
global.secrets.externalSecrets.secretStoreRef.name: is empty: name the SecretStore
{{- end }}
{{- if not .externalSecrets.key }}
global.secrets.externalSecrets.key: is empty: name the entry of the store that holds the keys
{{- end }}
{{- end }}
{{- end }}
{{- end }}
