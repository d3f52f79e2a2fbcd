{{/* What the ConfigMap holds, as YAML: the values given, or what follows from the other values. Takes $. */}}
{{- define "@{ platform.name }@.config" -}}
{{- with .Values.config -}}
@% for key in config_entries %@
@% if not key.settable %@
@{ key.name }@: {{ @{ key.expression }@ | quote }}
@% elif key.expression %@
@{ key.name }@: {{ .@{ key.name }@ | default @{ key.expression }@ | quote }}
@% else %@
@{ key.name }@: {{ .@{ key.name }@ | quote }}
@% endif %@
@% endfor %@
{{- range $key, $value := .extra }}
{{ $key | quote }}: {{ $value | quote }}
{{- end }}
{{- end }}
{{- end }}
