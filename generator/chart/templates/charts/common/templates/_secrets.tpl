{{/* Name of the Secret that the pods read. Takes $. */}}
{{- define "common.secretName" -}}
{{- with .Values.global -}}
{{ if eq .secrets.source "existing" }}{{ .secrets.existingSecret }}{{ else }}{{ .namePrefix }}@{ secrets.object }@{{ end }}
{{- end }}
{{- end }}

{{/*
Keys of the Secret that are made of others, as YAML. In their text, {MYSQL_PASSWORD} stands for
another key of the Secret, URL-encoded. Takes $.
*/}}
{{- define "common.composedSecrets" -}}
@% if composed_secrets %@
{{- $config := include "common.config" $ | fromYaml -}}
@% for key in composed_secrets %@
@{ key.name }@: {{ printf @{ key.format | json }@
@% for argument in key.arguments %@
  @{ argument }@
@% endfor %@
  | quote }}
@% endfor %@
@% else %@
{}
@% endif %@
{{- end }}

{{/*
What the chart knows of the Secret, as YAML: all keys where values give them, and otherwise those
that are made of others, as above. Takes $.
*/}}
{{- define "common.secrets" -}}
{{- $composed := include "common.composedSecrets" $ | fromYaml -}}
{{- with .Values.global.secrets -}}
{{- if eq .source "values" -}}
{{- $given := merge (dict) .values (dict@% for name, key in plan.fixed_secrets.items() %@ "@{ name }@" @{ key.fixed | json }@@% endfor %@) -}}
{{- $all := merge (dict) $given -}}
{{- range $key, $text := $composed -}}
{{- range $name, $value := $given -}}
{{- $text = $text | replace (printf "{%s}" $name) (include "common.urlEncoded" $value) -}}
{{- end -}}
{{- $_ := set $all $key $text -}}
{{- end -}}
{{- range $key, $text := $all }}
{{ $key | quote }}: {{ $text | quote }}
{{- end }}
{{- else -}}
{{ toYaml $composed }}
{{- end }}
{{- end }}
{{- end }}

{{/* Parameters of the URL of a server outside the release: ?ssl_ca=text. Takes its section of global.external. */}}
{{- define "common.urlParameters" -}}
{{- if .host }}
{{- range $name, $text := .urlParameters }}
{{- $separator := ternary "?" "&" (eq $name (keys $.urlParameters | sortAlpha | first)) }}
{{- print $separator (include "common.urlEncoded" $name) "=" (include "common.urlEncoded" $text) }}
{{- end }}
{{- end }}
{{- end }}

{{/* Text as a part of a URL; urlquery would write a space as a plus sign. Takes the text. */}}
{{- define "common.urlEncoded" -}}
{{ . | toString | urlquery | replace "+" "%20" }}
{{- end }}
