{{/* One line per problem with volumes. Takes $. */}}
{{- define "@{ platform.name }@.problems.storage" -}}
@% for volume in plan.volumes %@
{{- with .Values.storage.@{ volume.name }@ }}
{{- if and (eq .mode "existingClaim") (not .existingClaim) }}
storage.@{ volume.name }@: mode is existingClaim, but existingClaim is empty: name the claim
{{- end }}
{{- if and .existingClaim (ne .mode "existingClaim") }}
storage.@{ volume.name }@: existingClaim is {{ .existingClaim }}, but mode is {{ .mode }}: set mode to existingClaim
{{- end }}
{{- if eq .mode "rwo-colocated" }}
@% for c in volume.mounted_by %@
{{- with $.Values.@{ c.path }@ }}
{{- if dig "podAffinity" "" .affinity }}
@{ c.path }@.affinity.podAffinity: storage.@{ volume.name }@.mode rwo-colocated sets it already
{{- end }}
@% if c.replicated %@
{{- $several := or .autoscaling.enabled (gt (int64 .replicas) 1) }}
{{- range $domain, $rule := .topologySpread }}
{{- if and $several (eq $rule "DoNotSchedule") }}
@{ c.path }@.topologySpread.{{ $domain }}: DoNotSchedule can never hold where storage.@{ volume.name }@.mode is rwo-colocated, which puts all pods on one node
{{- end }}
{{- end }}
@% endif %@
{{- end }}
@% endfor %@
{{- end }}
{{- end }}
@% endfor %@
@% for c in plan.components if c.storage %@
{{- with .Values.@{ c.path }@.persistence }}
{{- if and .existingClaim (not .enabled) }}
@{ c.path }@.persistence: existingClaim is {{ .existingClaim }}, but enabled is false
{{- end }}
{{- end }}
@% endfor %@
{{- end }}
