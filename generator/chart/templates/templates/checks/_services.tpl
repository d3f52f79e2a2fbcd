{{/* One line per problem with a Service. Takes $. */}}
{{- define "@{ platform.name }@.problems.services" -}}
{{- $taken := dict }}
@% for component in plan.served %@
{{- if include "@{ component.name }@.runs" $ }}
{{- include "@{ platform.name }@.problems.families" (dict "path" "@{ component.path }@.service" "values" .Values.@{ component.path }@.service) }}
@% if component.exposed %@
{{- include "@{ platform.name }@.problems.nodePort" (dict "context" $ "path" "@{ component.path }@.service" "values" .Values.@{ component.path }@.service "taken" $taken) }}
@% endif %@
{{- end }}
@% endfor %@
{{- end }}

{{/* Takes (dict "path" "data.mysql.service" "values" …). */}}
{{- define "@{ platform.name }@.problems.families" -}}
{{- $path := .path }}
{{- with .values }}
{{- if and (gt (len .ipFamilies) 1) (has .ipFamilyPolicy (list "" "SingleStack")) }}
{{ $path }}.ipFamilyPolicy: is {{ .ipFamilyPolicy | default "empty" }}, but ipFamilies names {{ join " and " .ipFamilies }}: set it to PreferDualStack or RequireDualStack, or name one family
{{- end }}
{{- end }}
{{- end }}

{{/*
What is wrong with a port of the nodes. Notes in "taken" whose each port is.
Takes (dict "context" $ "path" "application.api.service" "values" … "taken" $taken).
*/}}
{{- define "@{ platform.name }@.problems.nodePort" -}}
{{- $path := .path }}
{{- $taken := .taken }}
{{- $type := include "common.serviceType" (dict "context" .context "service" .values) }}
{{- with .values.nodePort | int64 }}
{{- if eq $type "ClusterIP" }}
{{ $path }}.nodePort: is {{ . }}, but the Service is of type ClusterIP: set {{ $path }}.type to NodePort or LoadBalancer, or nodePort to 0
{{- else if hasKey $taken (print .) }}
{{ $path }}.nodePort: is {{ . }}, as is {{ get $taken (print .) }}.nodePort: a node has each port once, so name another, or 0
{{- end }}
{{- $_ := set $taken (print .) $path }}
{{- end }}
{{- end }}
