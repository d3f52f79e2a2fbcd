@% if plan.exposed %@
{{/* One line of addresses. Takes (list $ "api" "api-service" .values "api."). */}}
{{- define "@{ platform.name }@.address" -}}
{{- $ := index . 0 -}}
{{- $values := index . 3 -}}
{{- $scheme := ternary "https" "http" $.Values.global.tls.enabled -}}
{{- if has $.Values.global.exposure (list "ingress" "gateway") }}
  {{ index . 1 }}: {{ $scheme }}://{{ include "common.hostname" (list $ $values.hostname (index . 4)) }}
{{- else if eq (include "common.serviceType" (list $ $values.service)) "LoadBalancer" }}
  {{ index . 1 }}: port {{ $values.service.port }} of the address that this prints:
    kubectl get service {{ index . 2 }} -n {{ $.Release.Namespace }} -o jsonpath='{.status.loadBalancer.ingress[0].ip}{.status.loadBalancer.ingress[0].hostname}'
{{- else }}
  {{ index . 1 }}: http://localhost:{{ $values.service.port }} while this runs:
    kubectl port-forward service/{{ index . 2 }} {{ $values.service.port }} -n {{ $.Release.Namespace }}
{{- end }}
{{- end }}

@% endif %@
{{/* One line per setting that is legal and risky. Takes $. */}}
{{- define "@{ platform.name }@.warnings" -}}
@% if plan.exposed %@
{{- if eq .Values.global.exposure "loadBalancer" }}
  - global.exposure is loadBalancer: traffic from outside is not encrypted; ingress and gateway can do TLS.
{{- else if and (ne .Values.global.exposure "clusterIP") (not .Values.global.tls.enabled) }}
  - global.tls.enabled is false: traffic from outside is not encrypted.
{{- end }}
@% endif %@
{{- if not .Values.global.networkPolicy.enabled }}
  - global.networkPolicy.enabled is false: every pod of the cluster can reach the databases.
{{- end }}
{{- if not .Values.global.enforceDocumentedLimits }}
  - global.enforceDocumentedLimits is false: sizes and replicas are not held to the documented ranges.
{{- end }}
@% if secrets %@
{{- if eq .Values.secrets.source "values" }}
  - secrets.source is values: the secrets are also stored in the release and wherever the values come from.
{{- end }}
@% endif %@
@% for c in plan.components if c.spec.admin is defined %@
{{- with .Values.secrets.values }}
{{- if eq (get . "@{ c.spec.admin.password }@") (get . "@{ c.spec.admin.user }@" | default "admin") }}
  - secrets.values.@{ c.spec.admin.password }@ is the user's name: whoever reaches @{ c.name }@ can log in.
{{- end }}
{{- end }}
@% endfor %@
@% for c in plan.components if c.storage %@
{{- if and (include "@{ platform.name }@.runs" (list $ "@{ c.tier }@" "@{ c.key }@")) (not .Values.@{ c.path }@.persistence.enabled) }}
  - @{ c.path }@.persistence.enabled is false: its data is lost with its pod.
{{- end }}
@% endfor %@
@% for volume in plan.volumes %@
{{- if eq .Values.storage.@{ volume.key }@.mode "ephemeral" }}
  - storage.@{ volume.key }@.mode is ephemeral: each pod has its own, and loses it.
{{- end }}
@% endfor %@
@% for flow in plan.flows %@
{{- if and (include "@{ platform.name }@.runs" (list $ "@{ flow.caller.tier }@" "@{ flow.caller.key }@")) (not (include "@{ platform.name }@.answers" (list $ "@{ flow.callee.tier }@" "@{ flow.callee.key }@"))) }}
  - @{ flow.caller.path }@ calls @{ flow.callee.name }@, which is disabled and not external.
{{- end }}
@% endfor %@
{{- end }}
