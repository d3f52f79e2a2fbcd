{{/* One line per problem with ways in from outside. Takes $. */}}
{{- define "@{ platform.name }@.problems.exposure" -}}
{{- with .Values.global }}
{{- if and (eq .exposure "gateway") .gateway.create (not .gateway.className) }}
global.gateway.className: is empty; name a GatewayClass of the cluster, or set global.gateway.create to false and name a Gateway
{{- end }}
{{- if and (eq .exposure "gateway") (not .gateway.create) (not .gateway.name) }}
global.gateway.name: is empty, but global.gateway.create is false: name the Gateway that routes attach to
{{- end }}
{{- if and .gateway.create .gateway.name }}
global.gateway.name: is {{ .gateway.name }}, but global.gateway.create is true: set it to false to attach to that Gateway
{{- end }}
{{- if and .tls.enabled (not .tls.secretName) }}
global.tls.secretName: is empty, but global.tls.enabled is true: name the Secret of the certificate
{{- end }}
{{- if and .tls.enabled (not (has .exposure (list "ingress" "gateway"))) }}
global.tls.enabled: is true, but global.exposure is {{ .exposure }}: only ingress and gateway terminate TLS
{{- end }}
{{- end }}
{{- if has .Values.global.exposure (list "ingress" "gateway") }}
{{- $taken := dict }}
@% for component in plan.exposed %@
{{- $host := include "common.hostname" (dict "context" $ "own" .Values.@{ component.path }@.ingress.hostname "prefix" "@{ component.host_prefix }@") }}
@% if not loop.first %@
{{- with get $taken $host }}
@{ component.path }@.ingress.hostname: {{ $host }} is also the host name of {{ . }}
{{- end }}
@% endif %@
{{- $_ := set $taken $host "@{ component.path }@" }}
@% endfor %@
{{- end }}
{{- end }}
