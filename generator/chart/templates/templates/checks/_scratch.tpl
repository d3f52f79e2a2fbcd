{{/* One line per limit that has no room for scratch volumes. Takes $. */}}
{{- define "@{ platform.name }@.problems.scratch" -}}
@% for component in plan.components %@
{{- if include "@{ component.name }@.runs" $ }}
{{- include "@{ platform.name }@.problems.scratchOfPod" (dict "path" "@{ component.path }@" "values" .Values.@{ component.path }@ "writes" (list @{ component.spec.writes.values() | map("string") | quoted }@)) }}
{{- end }}
@% endfor %@
{{- end }}

{{/*
Scratch volumes that the limits have no room for: a pod that fills them, and the logs that the kubelet
keeps, is evicted. Volumes that take the place of claims have their own room.
Takes (dict "path" "application.api" "values" .Values.application.api "writes" (list "256Mi")).
*/}}
{{- define "@{ platform.name }@.problems.scratchOfPod" -}}
{{- $disk := 0.0 -}}
{{- $memory := 0.0 -}}
{{- range .writes }}{{ $disk = addf $disk (include "common.number" . | float64) }}{{ end -}}
{{- range .values.extraVolumes }}
{{- $size := include "common.number" (dig "emptyDir" "sizeLimit" 0 .) | float64 }}
{{- if eq (dig "emptyDir" "medium" "" .) "Memory" }}{{ $memory = addf $memory $size }}{{ else }}{{ $disk = addf $disk $size }}{{ end }}
{{- end }}
{{- $limits := .values.resources.limits }}
{{- $log := include "common.number" "@{ log_space }@" | float64 }}
{{- if and $disk (gt (addf $disk $log) (include "common.number" (get $limits "ephemeral-storage") | float64)) }}
{{ .path }}.resources.limits.ephemeral-storage: is {{ get $limits "ephemeral-storage" }}, but the pod's scratch volumes may take {{ include "common.mebibytes" $disk }} and its log {{ include "common.mebibytes" $log }}: set at least {{ include "common.mebibytes" (addf $disk $log) }}
{{- end }}
{{- if gt $memory (include "common.number" $limits.memory | float64) }}
{{ .path }}.extraVolumes: volumes in memory may take {{ include "common.mebibytes" $memory }}, but resources.limits.memory is {{ $limits.memory }}
{{- end }}
{{- end }}
