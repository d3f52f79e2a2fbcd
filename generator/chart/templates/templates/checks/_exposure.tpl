{{/* One line per problem with ways in from outside. Takes $. */}}
{{- define "@{ platform.name }@.problems.exposure" -}}
{{- with .Values.global }}
{{- if and (eq .exposure "gateway") .gateway.create (not .gateway.className) }}
global.gateway.className: is empty; name a GatewayClass of the cluster, or set global.gateway.create to false and name a Gateway
{{- end }}
{{- if and (eq .exposure "gateway") (not .gateway.create) (not .gateway.name) }}
global.gateway.name: is empty, but global.gateway.create is false: name the Gateway that routes attach to
{{- end }}
{{- range $key, $value := pick .gateway "name" "namespace" "sectionName" }}
{{- if and $value $.Values.global.gateway.create }}
global.gateway.{{ $key }}: is {{ $value }}, but global.gateway.create is true: set it to false to attach to that Gateway
{{- end }}
{{- end }}
{{- if and (eq .exposure "clusterIP") (eq (print .tls.enabled) "true") }}
global.tls.enabled: is true, but global.exposure is clusterIP: nothing is there that does TLS
{{- end }}
{{- if and .tls.secretName (eq .tls.source "controller") }}
global.tls.secretName: is {{ .tls.secretName }}, but global.tls.source is controller, which has the certificate without a Secret: set it to secret
{{- end }}
{{- end }}
{{- if has .Values.global.exposure (list "ingress" "gateway") }}
{{- include "@{ platform.name }@.problems.issuer" $ }}
{{- end }}
{{- $entrances := include "@{ platform.name }@.entrances" $ | fromYaml }}
{{- $paths := dict@% for component in plan.exposed %@ "@{ component.name }@" "@{ component.path }@"@% endfor %@ }}
{{- $taken := dict }}
@% for component in plan.exposed %@
{{- if include "@{ component.name }@.runs" $ }}
{{- include "@{ platform.name }@.problems.entrance" (dict "context" $ "path" "@{ component.path }@" "values" .Values.@{ component.path }@ "to" "@{ component.exposed.to | camel_case }@") }}
{{- end }}
{{- with get $entrances "@{ component.name }@" }}
{{- include "@{ platform.name }@.problems.address" (dict "path" "@{ component.path }@" "values" $.Values.@{ component.path }@.ingress "entrance" . "first" (get $paths .first) "taken" $taken) }}
{{- end }}
@% endfor %@
{{- end }}

{{/* What keeps cert-manager from what an annotation asks it for. Takes $. */}}
{{- define "@{ platform.name }@.problems.issuer" -}}
{{- $exposure := .Values.global.exposure }}
{{- $annotations := (get .Values.global $exposure).annotations }}
{{- range $asked := list @{ issuer_annotations | quoted }@ }}
{{- with $.Values.global.tls }}
{{- if and (hasKey $annotations $asked) (not (include "common.tls" $)) }}
global.tls.enabled: is false, but global.{{ $exposure }}.annotations has {{ $asked }}: cert-manager issues certificates for HTTPS alone
{{- else if and (hasKey $annotations $asked) (eq .source "controller") }}
global.tls.source: is controller, but global.{{ $exposure }}.annotations has {{ $asked }}: cert-manager needs Secrets to put certificates in
{{- else if and (hasKey $annotations $asked) .secretName (eq $exposure "ingress") }}
global.tls.secretName: is {{ .secretName }}, but global.ingress.annotations has {{ $asked }}: cert-manager fills a Secret for one Ingress alone; leave it empty for a Secret of each host
{{- end }}
{{- end }}
{{- end }}
{{- end }}
