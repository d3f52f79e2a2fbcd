{{/* One line per problem with secrets. Takes $. */}}
{{- define "@{ platform.name }@.problems.secrets" -}}
{{- with .Values.global.secrets }}
{{- if and (eq .source "existing") (not .existingSecret) }}
global.secrets.existingSecret: is empty, but global.secrets.source is existing: name the Secret
{{- end }}
{{- if and .existingSecret (ne .source "existing") }}
global.secrets.existingSecret: is {{ .existingSecret }}, but global.secrets.source is {{ .source }}: set it to existing
{{- end }}
{{- if and .values (ne .source "values") }}
global.secrets.values: has keys, but global.secrets.source is {{ .source }}: set it to values
{{- end }}
{{- if eq .source "values" }}
{{- range $key := list @{ secrets_in_values | quoted }@ }}
{{- if not (get $.Values.global.secrets.values $key) }}
global.secrets.values.{{ $key }}: is missing, and global.secrets.source is values
{{- end }}
{{- end }}
@% for key in composed_secrets %@
{{- if hasKey .values "@{ key.name }@" }}
global.secrets.values.@{ key.name }@: is composed of other keys, so that it always agrees with them: remove it
{{- end }}
@% endfor %@
{{- end }}
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
