{{/* Volume that several components mount. Takes its name, key and claim: (list $ "logs" "logs" "logs-pvc"). */}}
{{- define "common.sharedVolume" -}}
{{- $ := index . 0 -}}
{{- $claim := include "common.name" (list $ (index . 3)) -}}
{{- $storage := dig "shared" "storage" (index . 2) (dict "mode" "rwx") $.Values.global -}}
- name: {{ index . 1 }}
{{- if eq $storage.mode "ephemeral" }}
  emptyDir: {sizeLimit: {{ $storage.size }}}
{{- else }}
  persistentVolumeClaim: {claimName: {{ $storage.existingClaim | default $claim }}}
{{- end }}
{{- end }}

{{/* Volume of a component's own. Takes (list $ "mysql-pvc" .persistence). */}}
{{- define "common.ownVolume" -}}
{{- $claim := include "common.name" (list (index . 0) (index . 1)) -}}
{{- with index . 2 -}}
- name: storage
{{- if .enabled }}
  persistentVolumeClaim: {claimName: {{ .existingClaim | default $claim }}}
{{- else }}
  emptyDir: {sizeLimit: {{ .size }}}
{{- end }}
{{- end }}
{{- end }}

{{/* Storage class: the volume's own, or that of all, or the cluster's default. Takes (list $ .storageClass). */}}
{{- define "common.storageClass" -}}
{{- with index . 1 | default (index . 0).Values.global.storageClass }}
storageClassName: {{ . }}
{{- end }}
{{- end }}

{{/*
Names of the components that must share a node, because they mount a ReadWriteOnce volume together.
Takes (list $ (dict "logs" "api trading-bot")): volume → who mounts it.
*/}}
{{- define "common.colocated" -}}
{{- $ := index . 0 -}}
{{- $names := list -}}
{{- range $volume, $mountedBy := index . 1 }}
{{- if eq (dig "shared" "storage" $volume "mode" "rwx" $.Values.global) "rwo-colocated" }}
{{- $names = concat $names (splitList " " $mountedBy) }}
{{- end }}
{{- end }}
{{- $names | uniq | join " " }}
{{- end }}
