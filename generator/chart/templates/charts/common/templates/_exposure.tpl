{{/* Type of an exposed Service: its own, or what global.exposure asks for. Takes (list $ .service). */}}
{{- define "common.serviceType" -}}
{{- $exposed := eq (index . 0).Values.global.exposure "loadBalancer" -}}
{{- (index . 1).type | default (ternary "LoadBalancer" "ClusterIP" $exposed) }}
{{- end }}

{{/* Host name: the component's own, or its label before global.domain. Takes (list $ .hostname "api."). */}}
{{- define "common.hostname" -}}
{{- index . 1 | default (printf "%s%s" (index . 2) (index . 0).Values.global.domain) }}
{{- end }}

{{/* Name of the Gateway that routes attach to: the one named, or ours. Takes $. */}}
{{- define "common.gatewayName" -}}
{{- .Values.global.gateway.name | default (include "common.name" (list . "@{ platform.name }@")) }}
{{- end }}
