{{/*
A Kubernetes quantity as a number of bytes or cores: 512Mi → 5.36870912e+08. Takes the quantity.
https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
*/}}
{{- define "common.number" -}}
{{- $factors := dict "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "E" 1e18
  "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 "Pi" 1125899906842624.0
  "Ei" 1152921504606846976.0 -}}
{{- $text := toString . -}}
{{- $suffix := regexFind "([KMGTPE]i|[mkMGTPE])$" $text -}}
{{- mulf (trimSuffix $suffix $text | float64) (get $factors $suffix | default 1.0) }}
{{- end }}

{{/* The same as whole bytes. */}}
{{- define "common.bytes" -}}
{{- include "common.number" . | float64 | int64 }}
{{- end }}

{{/* A quantity in a message, as the values have it: 2147483648, and not 2.147483648e+09. */}}
{{- define "common.quantity" -}}
{{- toJson . | trimAll "\"" }}
{{- end }}

{{/* A number of bytes as a quantity, rounded up: 1.5e+06 → 2Mi. */}}
{{- define "common.mebibytes" -}}
{{- divf . 1048576 | ceil | int64 }}Mi
{{- end }}

{{/*
Requests and limits of a container. Volumes that take the place of claims count against its limit of
ephemeral storage, which grows by their sizes. Takes (dict "resources" .resources "scratch" (list "10Gi")).
*/}}
{{- define "common.resources" -}}
{{- $resources := .resources -}}
{{- with .scratch -}}
{{- $bytes := include "common.number" (get $resources.limits "ephemeral-storage") | float64 -}}
{{- range . }}{{ $bytes = addf $bytes (include "common.number" . | float64) }}{{ end -}}
{{- $limit := dict "ephemeral-storage" (include "common.mebibytes" $bytes) -}}
{{- $resources = merge (dict "limits" $limit) $resources -}}
{{- end -}}
{{ toYaml $resources }}
{{- end }}
