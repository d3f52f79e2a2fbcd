{{/*
A Kubernetes quantity of memory as whole bytes: 512Mi → 536870912. Takes the quantity.
https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
*/}}
{{- define "common.bytes" -}}
{{- $factors := dict "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 "Ti" 1099511627776.0 "Pi" 1125899906842624.0
  "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 -}}
{{- $text := toString . -}}
{{- $suffix := regexFind "([KMGTP]i|[mkMGTP])$" $text -}}
{{- mulf (trimSuffix $suffix $text | float64) (get $factors $suffix | default 1.0) | int64 }}
{{- end }}
