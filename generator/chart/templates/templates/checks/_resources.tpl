{{/* One line per problem with CPU, memory and storage. Takes $. */}}
{{- define "@{ platform.name }@.problems.resources" -}}
{{- $sums := dict }}
@% for component in plan.components %@
{{- if include "@{ component.name }@.runs" $ }}
{{- with .Values.@{ component.path }@ }}
{{- $resources := include "@{ component.name }@.resources" (dict "context" $ "values" .) | fromYaml }}
{{- include "@{ platform.name }@.problems.requests" (dict "path" "@{ component.path }@" "values" .) }}
{{- include "@{ platform.name }@.problems.scratch" (dict "path" "@{ component.path }@" "values" . "writes" (list @{ component.spec.writes.values() | map("string") | quoted }@)) }}
{{- include "@{ platform.name }@.problems.limitRange" (dict "context" $ "path" "@{ component.path }@" "resources" $resources) }}
{{- include "@{ platform.name }@.addUp" (dict "sums" $sums "values" . "resources" $resources@{ ' "surge" 1' if component.replicated }@) }}
{{- end }}
{{- end }}
@% endfor %@
@% for volume in plan.volumes %@
{{- with .Values.global.storage.@{ volume.key }@ }}
{{- if and (has .mode (list "rwx" "rwo-colocated")) (not .existingClaim) }}
{{- include "@{ platform.name }@.add" (dict "sums" $sums "name" "requests.storage" "amount" .size "pods" 1) }}
{{- end }}
{{- end }}
@% endfor %@
@% if plan.uses_toolbox %@
{{- with .Values.global.toolbox }}
{{- include "@{ platform.name }@.problems.requests" (dict "path" "global.toolbox" "values" .) }}
{{- include "@{ platform.name }@.problems.limitRange" (dict "context" $ "path" "global.toolbox" "resources" .resources) }}
{{- include "@{ platform.name }@.addUp" (dict "sums" $sums "values" . "resources" .resources) }}
{{- end }}
@% endif %@
{{- if .Values.resourceQuota.enabled }}
{{- range $name, $sum := $sums }}
{{- with get $.Values.resourceQuota.hard $name }}
{{- if gt $sum (include "common.number" . | float64) }}
resourceQuota.hard.{{ $name }}: is {{ . }}, but the components may use {{ include "@{ platform.name }@.readable" (dict "name" $name "amount" $sum) }} together: set at least that
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Requests that are more than the limit. Takes (dict "path" "application.api" "values" .Values.application.api). */}}
{{- define "@{ platform.name }@.problems.requests" -}}
{{- $path := .path -}}
{{- $limits := .values.resources.limits -}}
{{- range $name, $request := .values.resources.requests }}
{{- $limit := get $limits $name }}
{{- if gt (include "common.number" $request | float64) (include "common.number" $limit | float64) }}
{{ $path }}.resources.requests.{{ $name }}: {{ $request }} is more than the limit, {{ $limit }}
{{- end }}
{{- end }}
{{- end }}

{{/*
Scratch volumes that the limits have no room for: a pod that fills them, and the logs that the kubelet
keeps, is evicted. Volumes that take the place of claims have their own room.
Takes (dict "path" "application.api" "values" .Values.application.api "writes" (list "256Mi")).
*/}}
{{- define "@{ platform.name }@.problems.scratch" -}}
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

{{/* Limits that the LimitRange refuses. Takes (dict "context" $ "path" "application.api" "resources" $resources). */}}
{{- define "@{ platform.name }@.problems.limitRange" -}}
{{- $ := .context -}}
{{- $path := .path -}}
{{- $limits := .resources.limits -}}
{{- if $.Values.limitRange.enabled }}
{{- range $name, $most := $.Values.limitRange.max }}
{{- with get $limits $name }}
{{- if gt (include "common.number" . | float64) (include "common.number" $most | float64) }}
limitRange.max.{{ $name }}: is {{ $most }}, but the limit of {{ $path }} is {{ . }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
