{{/* How people reach a component. Takes (dict "context" $ "name" "api" "path" "application.api" "service" "api-service" "port" 8080 "values" … "prefix" "api."). */}}
{{- define "@{ platform.name }@.address" -}}
{{- $ := .context -}}
{{- $service := print $.Values.global.namePrefix .service -}}
{{- $path := .path -}}
{{- $routed := has $.Values.global.exposure (list "ingress" "gateway") -}}
{{- if include "common.routed" (dict "context" $ "ingress" .values.ingress) }}
  {{ .name }}: {{ include "common.url" (dict "context" $ "ingress" .values.ingress "prefix" .prefix) }}
{{- else if eq (include "common.serviceType" (dict "context" $ "service" .values.service)) "LoadBalancer" }}
  {{ .name }}: {{ ternary "https" "http" (and (not $routed) (eq (include "common.tls" $) "true")) }}://ADDRESS:{{ .port }}, with the ADDRESS that this prints:
    kubectl get service {{ $service }} -n {{ $.Release.Namespace }} -o jsonpath='{.status.loadBalancer.ingress[0].ip}{.status.loadBalancer.ingress[0].hostname}'
{{- with without .values.service.loadBalancerSourceRanges "0.0.0.0/0" }}
    It lets in clients of {{ join ", " . }}: {{ $path }}.service.loadBalancerSourceRanges says whom.
{{- end }}
{{- else }}
  {{ .name }}: http://localhost:{{ .port }} while this runs:
    kubectl port-forward service/{{ $service }} {{ .port }} -n {{ $.Release.Namespace }}
{{- end }}
{{- end }}

{{/* What ingress and gateway need before hosts answer. Takes $. */}}
{{- define "@{ platform.name }@.routing" -}}
{{- $namespace := .Release.Namespace }}
{{- with .Values.global }}
{{- if eq .exposure "ingress" }}

Hosts answer once a controller has given them an ADDRESS, at which your DNS must point them:
  kubectl get ingress -n {{ $namespace }}
While there is none, nobody gets in: no controller serves the class {{ .ingress.className | default "that is the cluster's default" }}. See `kubectl get ingressclass`, and
name one in global.ingress.className, or set global.exposure to loadBalancer or clusterIP.
{{- else if eq .exposure "gateway" }}
{{- $gateway := print (.gateway.name | default (print .namePrefix "@{ platform.name }@")) " -n " (.gateway.namespace | default $namespace) }}

Hosts answer once the Gateway is PROGRAMMED and has an ADDRESS, at which your DNS must point them:
  kubectl get gateway {{ $gateway }}
A listener that lacks its port or certificate does not answer, and is shown here alone:
  kubectl describe gateway {{ $gateway }}
{{- end }}
{{- $certificates := list }}
{{- range include "@{ platform.name }@.entrances" $ | fromYaml }}
{{- $certificates = append $certificates .certificate }}
{{- end }}
{{- $ours := or (eq .exposure "ingress") (and (eq .exposure "gateway") .gateway.create) }}
{{- if and $ours (include "common.tls" $) }}
{{- with without ($certificates | uniq) "" }}

Certificates must be in these Secrets, where you or cert-manager put them:
  kubectl get secret {{ join " " . }} -n {{ $namespace }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
