{{/* One line per problem with secrets. Takes $. */}}
{{- define "@{ platform.name }@.problems.secrets" -}}
{{- with .Values.secrets }}
{{- if and (eq .source "existing") (not .existingSecret) }}
secrets.existingSecret: is empty, but secrets.source is existing: name the Secret
{{- end }}
{{- if and .existingSecret (ne .source "existing") }}
secrets.existingSecret: is {{ .existingSecret }}, but secrets.source is {{ .source }}: set it to existing
{{- end }}
{{- if and .values (ne .source "values") }}
secrets.values: has keys, but secrets.source is {{ .source }}: set it to values
{{- end }}
{{- if eq .source "values" }}
{{- range list @{ required_secrets | quoted }@ }}
{{- if not (get $.Values.secrets.values .) }}
secrets.values.{{ . }}: is missing, and secrets.source is values
{{- end }}
{{- end }}
@% for key in compositions %@
{{- if hasKey .values "@{ key.name }@" }}
secrets.values.@{ key.name }@: is composed of other keys, so that it always agrees with them: remove it
{{- end }}
@% endfor %@
@% for c in authenticated %@
{{- if and $.Values.@{ c.path }@.auth.enabled (not (regexMatch "^[A-Za-z0-9._~-]+$" (get .values "@{ c.password_key }@"))) }}
secrets.values.@{ c.password_key }@: becomes part of a URL: use letters, digits and -._~ only
{{- end }}
@% endfor %@
{{- end }}
{{- if eq .source "externalSecrets" }}
{{- if not .externalSecrets.secretStoreRef.name }}
secrets.externalSecrets.secretStoreRef.name: is empty: name the SecretStore
{{- end }}
{{- if not .externalSecrets.key }}
secrets.externalSecrets.key: is empty: name the entry of the store that holds the keys
{{- end }}
{{- end }}
{{- end }}
{{- end }}
