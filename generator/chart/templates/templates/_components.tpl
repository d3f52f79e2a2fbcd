{{/* For each component: "true" where its pods run in this release. Takes $. */}}
@% for component in plan.components %@
{{- define "@{ component.name }@.runs" -}}
{{- if and .Values.@{ component.tier }@.enabled .Values.@{ component.path }@.enabled@{ " (not .Values.global.external." + component.key + ".host)" if component.replaceable }@ }}true{{ end }}
{{- end }}
@% endfor %@
@% for component in plan.components if component.spec.parts() %@

{{/* "true" where there are Jobs that back @{ component.name }@ up. Takes $. */}}
{{- define "@{ component.name }@.isBackedUp" -}}
{{- if and (include "@{ component.name }@.runs" .) .Values.@{ component.path }@.backup.enabled }}true{{ end }}
{{- end }}
@% endfor %@
@% if plan.served %@

{{/* For each component that listens: "true" where it answers, in this release or outside. Takes $. */}}
@% for component in plan.served %@
{{- define "@{ component.name }@.answers" -}}
@% if component.replaceable %@
{{- if .Values.global.external.@{ component.key }@.host }}true{{ else }}{{ include "@{ component.name }@.runs" . }}{{ end }}
@% else %@
{{- include "@{ component.name }@.runs" . }}
@% endif %@
{{- end }}
@% endfor %@
@% endif %@
@% if plan.volumes %@

{{/*
For each shared volume: "true" where the chart makes its claim, while a component runs that mounts it:
a claim that nobody uses is never bound. Takes $.
*/}}
@% for volume in plan.volumes %@
{{- define "@{ volume.name }@.isClaimed" -}}
{{- $mounted := or@% for component in volume.mounted_by %@ (include "@{ component.name }@.runs" .)@% endfor %@ "" }}
{{- with .Values.global.storage.@{ volume.key }@ }}
{{- if and $mounted (has .mode (list "rwx" "rwo-colocated")) (not .existingClaim) }}true{{ end }}
{{- end }}
{{- end }}
@% endfor %@
@% endif %@
@% if plan.exposed %@

{{/* For each component that may be exposed: "true" where it is reached from outside. Takes $. */}}
@% for component in plan.exposed %@
{{- define "@{ component.name }@.exposed" -}}
{{- $routed := include "common.routed" (dict "context" $ "ingress" .Values.@{ component.path }@.ingress) }}
{{- $type := include "common.serviceType" (dict "context" $ "service" .Values.@{ component.path }@.service) }}
{{- if or $routed (ne $type "ClusterIP") }}true{{ end }}
{{- end }}
@% endfor %@
@% endif %@
