{{/* How users reach a component. Takes (dict "context" $ "name" "api" "service" "api-service" "port" 8080 "values" … "prefix" "api."). */}}
{{- define "@{ platform.name }@.address" -}}
{{- $ := .context -}}
{{- $service := print $.Values.global.namePrefix .service -}}
{{- $scheme := ternary "https" "http" $.Values.global.tls.enabled -}}
{{- if has $.Values.global.exposure (list "ingress" "gateway") }}
  {{ .name }}: {{ $scheme }}://{{ include "common.hostname" (dict "context" $ "own" .values.ingress.hostname "prefix" .prefix) }}
{{- else if eq (include "common.serviceType" (dict "context" $ "service" .values.service)) "LoadBalancer" }}
  {{ .name }}: port {{ .port }} of the address that this prints:
    kubectl get service {{ $service }} -n {{ $.Release.Namespace }} -o jsonpath='{.status.loadBalancer.ingress[0].ip}{.status.loadBalancer.ingress[0].hostname}'
{{- else }}
  {{ .name }}: http://localhost:{{ .port }} while this runs:
    kubectl port-forward service/{{ $service }} {{ .port }} -n {{ $.Release.Namespace }}
{{- end }}
{{- end }}
