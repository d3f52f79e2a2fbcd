{{/* One line per problem with volumes. Takes $. */}}
{{- define "@{ platform.name }@.problems.storage" -}}
@% for volume in plan.volumes %@
{{- with .Values.global.storage.@{ volume.key }@ }}
{{- if and (eq .mode "existingClaim") (not .existingClaim) }}
global.storage.@{ volume.key }@.existingClaim: is empty, but mode is existingClaim: name the claim
{{- end }}
{{- if and .existingClaim (not (has .mode (list "existingClaim" "rwo-colocated"))) }}
global.storage.@{ volume.key }@.existingClaim: is {{ .existingClaim }}, but mode is {{ .mode }}: set mode to existingClaim, or to rwo-colocated if one node at a time may mount it
{{- end }}
{{- end }}
{{- if eq .Values.global.storage.@{ volume.key }@.mode "rwo-colocated" }}
{{- $nodes := dict }}
@% for component in volume.mounted_by %@
{{- include "@{ platform.name }@.problems.colocated" (dict "volume" "global.storage.@{ volume.key }@" "path" "@{ component.path }@" "values" .Values.@{ component.path }@ "nodes" $nodes) }}
@% endfor %@
{{- end }}
@% endfor %@
@% for component in plan.components if component.storage %@
{{- with .Values.@{ component.path }@.persistence }}
{{- if and .existingClaim (not .enabled) }}
@{ component.path }@.persistence.existingClaim: is {{ .existingClaim }}, but persistence.enabled is false
{{- end }}
{{- end }}
@% endfor %@
{{- end }}

{{/*
What cannot go with pods that must share a node. Notes in "nodes" which label was asked for by whom.
Takes (dict "volume" "global.storage.logs" "path" "application.api" "values" … "nodes" $nodes).
*/}}
{{- define "@{ platform.name }@.problems.colocated" -}}
{{- $volume := .volume -}}
{{- $path := .path -}}
{{- $nodes := .nodes -}}
{{- with .values }}
{{- range $label, $value := .nodeSelector }}
{{- $other := get $nodes $label | default (dict "value" $value) }}
{{- if ne $other.value $value }}
{{ $path }}.nodeSelector: asks for {{ $label }}={{ $value }} and {{ $other.path }}.nodeSelector for {{ $other.value }}, but {{ $volume }}.mode is rwo-colocated: both must run on one node
{{- end }}
{{- $_ := set $nodes $label (dict "value" $value "path" $path) }}
{{- end }}
{{- $replicas := include "@{ platform.name }@.mostPods" . | int64 }}
{{- $own := dig "topologySpreadConstraints" list . }}
{{- range $own }}
{{- if and (gt $replicas 1) (eq .topologyKey "kubernetes.io/hostname") (eq .whenUnsatisfiable "DoNotSchedule") }}
{{ $path }}.topologySpreadConstraints: DoNotSchedule over {{ .topologyKey }} can never hold, since {{ $volume }}.mode rwo-colocated puts all pods on one node
{{- end }}
{{- end }}
{{- range $domain, $rule := dig "topologySpread" (dict) . }}
{{- if and (not $own) (gt $replicas 1) (eq $rule "DoNotSchedule") }}
{{ $path }}.topologySpread.{{ $domain }}: DoNotSchedule can never hold, since {{ $volume }}.mode rwo-colocated puts all pods on one node
{{- end }}
{{- end }}
{{- end }}
{{- end }}
