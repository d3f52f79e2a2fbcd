{{/* One line per problem with volumes. Takes $. */}}
{{- define "@{ platform.name }@.problems.storage" -}}
@% if plan.volumes %@
{{- range $name, $volume := .Values.storage }}
{{- if and (eq .mode "existingClaim") (not .existingClaim) }}
storage.{{ $name }}.existingClaim: is empty, but mode is existingClaim: name the claim
{{- end }}
{{- if and .existingClaim (ne .mode "existingClaim") }}
storage.{{ $name }}.existingClaim: is {{ .existingClaim }}, but mode is {{ .mode }}: set mode to existingClaim
{{- end }}
{{- end }}
@% endif %@
@% for volume in plan.volumes %@
{{- $nodes := dict }}
{{- if eq .Values.storage.@{ volume.key }@.mode "rwo-colocated" }}
@% for c in volume.mounted_by %@
{{- include "@{ platform.name }@.problems.colocated" (list "storage.@{ volume.key }@" "@{ c.path }@" .Values.@{ c.path }@ $nodes) }}
@% endfor %@
{{- end }}
@% endfor %@
@% for c in plan.components if c.storage %@
{{- include "@{ platform.name }@.problems.persistence" (list "@{ c.path }@" .Values.@{ c.path }@.persistence) }}
@% endfor %@
{{- end }}

{{/*
What cannot go with pods that must share a node. Takes (list "storage.logs" "application.api" .values
$nodes); collects in $nodes which label was asked for by whom.
*/}}
{{- define "@{ platform.name }@.problems.colocated" -}}
{{- $volume := index . 0 -}}
{{- $path := index . 1 -}}
{{- $nodes := index . 3 -}}
{{- with index . 2 }}
{{- if dig "podAffinity" "" .affinity }}
{{ $path }}.affinity.podAffinity: {{ $volume }}.mode is rwo-colocated, which sets it already
{{- end }}
{{- range $label, $value := .nodeSelector }}
{{- $other := get $nodes $label | default (dict "value" $value) }}
{{- if ne $other.value $value }}
{{ $path }}.nodeSelector: asks for {{ $label }}={{ $value }} and {{ $other.path }}.nodeSelector for {{ $other.value }}, but {{ $volume }}.mode is rwo-colocated: both must run on one node
{{- end }}
{{- $_ := set $nodes $label (dict "value" $value "path" $path) }}
{{- end }}
{{- $replicas := dig "replicas" 1 . | int64 }}
{{- if dig "autoscaling" "enabled" false . }}{{ $replicas = .autoscaling.maxReplicas | int64 }}{{ end }}
{{- range $domain, $rule := dig "topologySpread" (dict) . }}
{{- if and (gt $replicas 1) (eq $rule "DoNotSchedule") }}
{{ $path }}.topologySpread.{{ $domain }}: DoNotSchedule can never hold, since {{ $volume }}.mode rwo-colocated puts all pods on one node
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Takes (list "data.mysql" .persistence). */}}
{{- define "@{ platform.name }@.problems.persistence" -}}
{{- $path := index . 0 -}}
{{- with index . 1 }}
{{- if and .existingClaim (not .enabled) }}
{{ $path }}.persistence.existingClaim: is {{ .existingClaim }}, but persistence.enabled is false
{{- end }}
{{- end }}
{{- end }}
