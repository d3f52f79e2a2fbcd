{{/* Type of an exposed Service: its own, or what global.exposure asks for. Takes (dict "context" $ "service" .service). */}}
{{- define "common.serviceType" -}}
{{- $exposed := eq .context.Values.global.exposure "loadBalancer" -}}
{{ .service.type | default (ternary "LoadBalancer" "ClusterIP" $exposed) }}
{{- end }}

{{/* Host name: the component's own, or its prefix before global.domain. Takes (dict "context" $ "own" .ingress.hostname "prefix" "api."). */}}
{{- define "common.hostname" -}}
{{ .own | default (print .prefix .context.Values.global.domain) }}
{{- end }}
