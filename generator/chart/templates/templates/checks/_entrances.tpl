{{/*
What is wrong with a Service that is a way in.
Takes (dict "context" $ "path" "application.api" "values" … "to" "users").
*/}}
{{- define "@{ platform.name }@.problems.entrance" -}}
{{- $path := .path }}
{{- $to := .to }}
{{- $global := .context.Values.global }}
{{- $byAddress := include "common.hasAddresses" (get $global.exposedTo $to) }}
{{- $type := include "common.serviceType" (dict "context" .context "service" .values.service) }}
{{- with .values.service }}
{{- if and (ne $type "ClusterIP") $byAddress (eq .externalTrafficPolicy "Cluster") }}
{{ $path }}.service.externalTrafficPolicy: is Cluster, with which its pods see nodes in place of clients, but global.exposedTo.{{ $to }} names address ranges: leave it empty, or set it to Local
{{- end }}
{{- if and (eq $type "LoadBalancer") (eq $global.exposure "loadBalancer") }}
{{- if and (get $global.exposedTo $to) (not $byAddress) }}
global.exposedTo.{{ $to }}: names pods alone, but clients of a load balancer are addresses: name those too, such as {ipBlock: {cidr: 203.0.113.0/24}}
{{- end }}
{{- if and (include "common.tls" $.context) (not .annotations) (not $global.loadBalancer.annotations) }}
{{ $path }}.service.annotations: is empty, as is global.loadBalancer.annotations, but global.tls.enabled is true: name the annotations by which your cloud's load balancer does TLS, or set global.exposure to ingress
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/*
What is wrong with a host and a path. Notes in "taken" whose each address is.
Takes (dict "path" "application.api" "values" .ingress "entrance" $entrance "first" "application.frontend" "taken" $taken).
*/}}
{{- define "@{ platform.name }@.problems.address" -}}
{{- $path := .path }}
{{- $first := .first }}
{{- $host := .entrance.host }}
{{- $address := print $host (.entrance.path | default "/") }}
{{- with get .taken $address }}
{{ $path }}.ingress: {{ $address }} is also the address of {{ . }}: give one of them another path or hostname
{{- end }}
{{- $_ := set .taken $address (get .taken $address | default $path) }}
{{- if ne $path $first }}
{{- with .values.tlsSecretName }}
{{ $path }}.ingress.tlsSecretName: is {{ . }}, but {{ $host }} has the certificate of {{ $first }}: set tlsSecretName there
{{- end }}
{{- range $asked := list @{ issuer_annotations | quoted }@ }}
{{- if hasKey $.values.annotations $asked }}
{{ $path }}.ingress.annotations: has {{ $asked }}, but {{ $host }} has the certificate of {{ $first }}: set it there
{{- end }}
{{- end }}
{{- end }}
{{- end }}
