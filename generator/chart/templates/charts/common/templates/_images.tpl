{{/* Reference of an image; a digest replaces the tag. Takes (dict "context" $ "image" .image). */}}
{{- define "common.image" -}}
{{- $registry := .context.Values.global.imageRegistry | default .image.registry -}}
{{- with $registry }}{{ trimSuffix "/" . }}/{{ end -}}
{{ .image.repository }}
{{- if .image.digest }}{{ print "@" .image.digest }}{{ else }}:{{ .image.tag }}{{ end }}
{{- end }}
