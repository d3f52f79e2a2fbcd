{{/* One line per limit that has no room for scratch volumes. Takes $. */}}
{{- define "@{ platform.name }@.problems.scratch" -}}
@% for component in plan.components %@
{{- if include "@{ component.name }@.runs" $ }}
{{- include "@{ platform.name }@.problems.scratchOfPod" (dict "path" "@{ component.path }@" "values" .Values.@{ component.path }@) }}
{{- end }}
@% endfor %@
{{- end }}

{{/*
Scratch volumes that the limits of a pod's containers have no room for: a pod that fills them, and the
logs that the kubelet keeps, is evicted. Volumes that take the place of claims have their own room, and
volumes in memory count against the containers that mount them.
Takes (dict "path" "application.api" "values" .Values.application.api).
*/}}
{{- define "@{ platform.name }@.problems.scratchOfPod" -}}
{{- $disk := 0.0 -}}
{{- $memory := 0.0 -}}
{{- range .values.writable }}{{ $disk = addf $disk (include "common.number" (.size | default 0) | float64) }}{{ end -}}
{{- $elsewhere := list -}}
{{- $room := 0.0 -}}
{{- $logs := 1 -}}
{{- range concat .values.extraContainers .values.extraInitContainers }}
{{- if or (has . $.values.extraContainers) (eq (dig "restartPolicy" "" .) "Always") }}
{{- range dig "volumeMounts" list . }}{{ $elsewhere = append $elsewhere .name }}{{ end }}
{{- $room = addf $room (include "common.number" (dig "resources" "limits" "ephemeral-storage" 0 .) | float64) }}
{{- $logs = add1 $logs }}
{{- end }}
{{- end }}
{{- range .values.extraVolumeMounts }}{{ $elsewhere = without $elsewhere .name }}{{ end -}}
{{- range .values.extraVolumes }}
{{- $size := include "common.number" (dig "emptyDir" "sizeLimit" 0 .) | float64 }}
{{- if ne (dig "emptyDir" "medium" "" .) "Memory" }}
{{- $disk = addf $disk $size }}
{{- else if not (has .name $elsewhere) }}
{{- $memory = addf $memory $size }}
{{- end }}
{{- end }}
{{- $limits := .values.resources.limits }}
{{- $log := mulf (include "common.number" "@{ log_space }@") $logs }}
{{- if and $disk (gt (addf $disk $log) (addf $room (include "common.number" (get $limits "ephemeral-storage")))) }}
{{ .path }}.resources.limits.ephemeral-storage: is {{ include "common.quantity" (get $limits "ephemeral-storage") }}, but the pod's scratch volumes may take {{ include "common.mebibytes" $disk }} and its log {{ include "common.mebibytes" $log }}: set at least {{ include "common.mebibytes" (subf (addf $disk $log) $room) }}
{{- end }}
{{- if gt $memory (include "common.number" $limits.memory | float64) }}
{{ .path }}.extraVolumes: volumes in memory may take {{ include "common.mebibytes" $memory }}, but resources.limits.memory is {{ include "common.quantity" $limits.memory }}
{{- end }}
{{- end }}
