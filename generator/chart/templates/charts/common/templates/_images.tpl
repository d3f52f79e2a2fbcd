{{/* Reference of an image; a digest replaces the tag. Takes (dict "context" $ "image" .image). */}}
{{- define "common.image" -}}
{{- $registry := .context.Values.global.imageRegistry | default .image.registry -}}
{{- with $registry }}{{ trimSuffix "/" . }}/{{ end -}}
{{ .image.repository }}
{{- if .image.digest }}{{ print "@" .image.digest }}{{ else }}:{{ .image.tag }}{{ end }}
{{- end }}

{{/*
"true" where the tag of an image moves: tomorrow it may be another program. Takes .image.
*/}}
{{- define "common.isFloating" -}}
{{- if and (not .digest) (regexMatch "^((.+-)?latest|latest-.+|stable|main|master|edge|nightly|dev)?$" .tag) }}true{{ end }}
{{- end }}

{{/*
When a node pulls an image: as its values say, or those of all images, or else at each start of a
container if its tag moves. Takes (dict "context" $ "image" .image).
*/}}
{{- define "common.pullPolicy" -}}
{{- $moves := include "common.isFloating" .image -}}
{{ coalesce .image.pullPolicy .context.Values.global.imagePullPolicy (ternary "Always" "IfNotPresent" (eq $moves "true")) }}
{{- end }}
