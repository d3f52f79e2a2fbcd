{{/* Type of an exposed Service: its own, or what global.exposure asks for. Takes (dict "context" $ "service" .service). */}}
{{- define "common.serviceType" -}}
{{- $exposed := eq .context.Values.global.exposure "loadBalancer" -}}
{{ .service.type | default (ternary "LoadBalancer" "ClusterIP" $exposed) }}
{{- end }}

{{/*
Policy of an exposed Service for traffic from outside; empty is that of Kubernetes. By address, a
NetworkPolicy knows clients only where no node stands before them.
Takes (dict "context" $ "service" .service "to" "users").
*/}}
{{- define "common.externalTrafficPolicy" -}}
{{- $byAddress := include "common.hasAddresses" (get .context.Values.global.exposedTo .to) -}}
{{ .service.externalTrafficPolicy | default (ternary "Local" "" (eq $byAddress "true")) }}
{{- end }}

{{/* "true" where peers of a NetworkPolicy name addresses. Takes the list. */}}
{{- define "common.hasAddresses" -}}
{{- $addresses := false }}
{{- range . }}{{ $addresses = or $addresses (hasKey . "ipBlock") }}{{ end }}
{{- if $addresses }}true{{ end }}
{{- end }}

{{/* "true" where an Ingress or a route leads to a component. Takes (dict "context" $ "ingress" .ingress). */}}
{{- define "common.routed" -}}
{{- if and .ingress.enabled (has .context.Values.global.exposure (list "ingress" "gateway")) }}true{{ end }}
{{- end }}

{{/* Host name: the component's own, or its prefix before global.domain. Takes (dict "context" $ "own" .ingress.hostname "prefix" "api."). */}}
{{- define "common.hostname" -}}
{{ .own | default (print .prefix .context.Values.global.domain) }}
{{- end }}

{{/* "true" where people connect by HTTPS. Takes $. */}}
{{- define "common.tls" -}}
{{- with .Values.global }}
{{- $routed := has .exposure (list "ingress" "gateway") }}
{{- if ternary .tls.enabled $routed (kindIs "bool" .tls.enabled) }}true{{ end }}
{{- end }}
{{- end }}

{{/*
Path of a component in URLs: nothing for the root. What a controller knows more of in a rule, as in
/api(/|$)(.*), is no part of it. Takes .ingress.path.
*/}}
{{- define "common.urlPath" -}}
{{ regexReplaceAll "[^A-Za-z0-9._~%/-].*$" . "" | trimSuffix "/" }}
{{- end }}

{{/* URL of a component by its host. Takes (dict "context" $ "ingress" .ingress "prefix" "api."). */}}
{{- define "common.url" -}}
{{ ternary "https" "http" (eq (include "common.tls" .context) "true") }}://{{ include "common.hostname" (dict "context" .context "own" .ingress.hostname "prefix" .prefix) }}{{ include "common.urlPath" .ingress.path }}
{{- end }}

{{/*
Name of the Secret with the certificate of a component's host; empty where the controller has it.
Takes (dict "context" $ "own" .ingress.tlsSecretName "name" "api").
*/}}
{{- define "common.certificate" -}}
{{- with .context.Values.global }}
{{- if eq .tls.source "secret" }}
{{- $.own | default .tls.secretName | default (print .namePrefix $.name "-tls") }}
{{- end }}
{{- end }}
{{- end }}
