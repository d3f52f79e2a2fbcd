{{/* One line per risk of the ways in from outside. Takes $. */}}
{{- define "@{ platform.name }@.exposureWarnings" -}}
{{- if and (eq .Values.global.exposure "loadBalancer") (not (include "common.tls" $)) }}
  - global.exposure is loadBalancer: traffic from outside is not encrypted; ingress and gateway do TLS, and so do load balancers of some clouds (global.tls.enabled).
@% for component in plan.exposed if component.for_admins %@
{{- with .Values.@{ component.path }@.service }}
{{- if and (include "@{ component.name }@.runs" $) (eq (include "common.serviceType" (dict "context" $ "service" .)) "LoadBalancer") (or (not .loadBalancerSourceRanges) (has "0.0.0.0/0" .loadBalancerSourceRanges)) }}
  - @{ component.path }@.service.loadBalancerSourceRanges lets everybody in: the login of @{ component.name }@ is open to the internet, without encryption.
{{- end }}
{{- end }}
@% endfor %@
{{- end }}
{{- if has .Values.global.exposure (list "ingress" "gateway") }}
{{- if not (include "common.tls" $) }}
  - global.tls.enabled is false: traffic from outside is not encrypted, logins included.
{{- end }}
{{- range $to, $peers := .Values.global.exposedTo }}
{{- if include "common.hasAddresses" $peers }}
  - global.exposedTo.{{ $to }} names address ranges: behind a controller that runs in the cluster, pods see its address and not that of clients; name its namespace.
{{- end }}
{{- end }}
{{- end }}
{{- end }}
