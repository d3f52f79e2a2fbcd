{{/* One line per problem with the store that an ExternalSecret reads. Takes $. */}}
{{- define "@{ platform.name }@.problems.stores" -}}
{{- with .Values.global.secrets }}
{{- if and .externalSecrets.remoteRefs (ne .source "externalSecrets") }}
global.secrets.externalSecrets.remoteRefs: has keys, but global.secrets.source is {{ .source }}: set it to externalSecrets
{{- end }}
{{- if eq .source "externalSecrets" }}
{{- if not .externalSecrets.secretStoreRef.name }}
global.secrets.externalSecrets.secretStoreRef.name: is empty: name the SecretStore
{{- end }}
{{- if not (or .externalSecrets.key .externalSecrets.remoteRefs) }}
global.secrets.externalSecrets.key: is empty: name the entry of the store that holds the keys, or in remoteRefs that of each
{{- else if not .externalSecrets.key }}
{{- $needed := include "@{ platform.name }@.secretKeys" $ | fromYaml }}
{{- range $key := concat (list @{ secrets_in_values | quoted }@) (keys .extra | sortAlpha) }}
{{- if and (has $key (concat $needed.required $needed.parts)) (not (hasKey $.Values.global.secrets.externalSecrets.remoteRefs $key)) }}
global.secrets.externalSecrets.remoteRefs.{{ $key }}: is missing, and global.secrets.externalSecrets.key names no entry that may have it
{{- end }}
{{- end }}
{{- end }}
@% for key in composed_secrets %@
{{- if hasKey .externalSecrets.remoteRefs "@{ key.name }@" }}
global.secrets.externalSecrets.remoteRefs.@{ key.name }@: is composed of other keys, so that it always agrees with them: remove it
{{- end }}
@% endfor %@
{{- end }}
{{- end }}
{{- end }}
