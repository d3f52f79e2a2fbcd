{{/* Environment variables from the ConfigMap. Takes (list $ "DATABASE_HOST DATABASE_PORT"). */}}
{{- define "common.configEnvironment" -}}
{{- $name := include "common.name" (list (index . 0) "@{ config.object }@") -}}
{{- range splitList " " (index . 1) }}
- name: {{ . }}
  valueFrom: {configMapKeyRef: {name: {{ $name }}, key: {{ . }}}}
{{- end }}
{{- end }}
@% if secrets %@

{{/* Environment variables from the Secret. Takes (list $ "SECRET_KEY JWT_SECRET"). */}}
{{- define "common.secretEnvironment" -}}
{{- $name := include "common.secretName" (index . 0) -}}
{{- range splitList " " (index . 1) }}
- name: {{ . }}
  valueFrom: {secretKeyRef: {name: {{ $name }}, key: {{ . }}}}
{{- end }}
{{- end }}

{{/* The same for keys that need not be there. */}}
{{- define "common.optionalSecretEnvironment" -}}
{{- $name := include "common.secretName" (index . 0) -}}
{{- range splitList " " (index . 1) }}
- name: {{ . }}
  valueFrom: {secretKeyRef: {name: {{ $name }}, key: {{ . }}, optional: true}}
{{- end }}
{{- end }}

{{/* Name of the Secret: ours, or the one that secrets.existingSecret names. Takes $. */}}
{{- define "common.secretName" -}}
{{- dig "shared" "secretName" "" .Values.global | default (include "common.name" (list . "@{ secrets.object }@")) }}
{{- end }}
@% endif %@

{{/*
Changes when one of these keys does, so that the pods that read it restart, and no others. A pod
with extraEnvFrom may read any key. Takes (list $ "config" "DATABASE_HOST DATABASE_PORT"
.extraEnvFrom); "secrets" are those given by values.
*/}}
{{- define "common.checksum" -}}
{{- $read := dig "shared" (index . 1) (dict) (index . 0).Values.global -}}
{{- if not (index . 3) }}
{{- $known := $read }}
{{- $read = dict }}
{{- range splitList " " (index . 2) }}
{{- $_ := set $read . (get $known .) }}
{{- end }}
{{- end }}
{{- toJson $read | sha256sum | trunc 16 }}
{{- end }}
