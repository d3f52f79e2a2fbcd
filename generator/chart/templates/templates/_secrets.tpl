{{/* Name of the Secret that all pods read. Takes $. */}}
{{- define "@{ platform.name }@.secretName" -}}
{{- with .Values.secrets -}}
{{- ternary .existingSecret (include "common.name" (list $ "@{ secrets.object }@")) (eq .source "existing") }}
{{- end }}
{{- end }}

{{/* Secrets given by values, and those composed of them, as YAML. Takes $. */}}
{{- define "@{ platform.name }@.givenSecrets" -}}
{{- if eq .Values.secrets.source "values" }}
@% if compositions %@
{{- $config := include "@{ platform.name }@.config" $ | fromYaml -}}
@% endif %@
{{- $given := merge (dict) .Values.secrets.values (dict@% for name, key in plan.fixed_secrets.items() %@ "@{ name }@" @{ key.fixed | json }@@% endfor %@) -}}
{{- range $key, $value := $given }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
@% for key in compositions %@
@{ key.name }@: {{ printf @{ key.format | json }@
@% for part in key.parts %@
  (include "@{ platform.name }@.urlEncoded" $@{ "given" if part.secret else "config" }@.@{ part.name }@)
@% endfor %@
  | quote }}
@% endfor %@
{{- end }}
{{- end }}

{{/* Text as a part of a URL: urlquery writes a space as a plus sign. Takes the text. */}}
{{- define "@{ platform.name }@.urlEncoded" -}}
{{- . | toString | urlquery | replace "+" "%20" }}
{{- end }}
