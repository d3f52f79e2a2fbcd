{{/* One line per problem with network policies. Takes $. */}}
{{- define "@{ platform.name }@.problems.network" -}}
@% if secrets %@
{{- range .Values.networkPolicy.apiServerCidrs }}
{{- if eq (include "@{ platform.name }@.metadataService" .) "within" }}
networkPolicy.apiServerCidrs: {{ . }} is link-local, where clouds keep the credentials of a machine: give the addresses of the Kubernetes API
{{- end }}
{{- end }}
@% endif %@
{{- if .Values.networkPolicy.enabled }}
{{- include "@{ platform.name }@.problems.dns" .Values.networkPolicy.dns }}
@% for component in plan.replaceable %@
{{- include "@{ platform.name }@.problems.server" (dict "path" "global.external.@{ component.key }@" "server" .Values.global.external.@{ component.key }@) }}
@% endfor %@
@% for component in plan.components %@
{{- include "@{ platform.name }@.problems.egress" (dict "path" "@{ component.path }@.networkPolicy.extraEgress" "rules" .Values.@{ component.path }@.networkPolicy.extraEgress) }}
@% endfor %@
@% for component in plan.components if component.kind == "grafana" %@
{{- include "@{ platform.name }@.problems.prometheus" (dict "path" "@{ component.path }@.prometheus" "prometheus" .Values.@{ component.path }@.prometheus) }}
@% endfor %@
{{- end }}
{{- end }}

{{/* One line per problem with name servers. Takes networkPolicy.dns. */}}
{{- define "@{ platform.name }@.problems.dns" -}}
{{- if and (not .peers) (not .nodeLocalAddress) }}
networkPolicy.dns.peers: is empty, and so is nodeLocalAddress: that would open port 53 to everywhere; name the name servers
{{- end }}
{{- $ranges := list (print .nodeLocalAddress "/32") }}
{{- range .peers }}
{{- $ranges = append $ranges (dig "ipBlock" "cidr" "" .) }}
{{- end }}
{{- range $port := .ports }}
{{- range $ranges }}
{{- if and (include "@{ platform.name }@.metadataService" .) (not (has ($port | int) (list 53 5353))) }}
networkPolicy.dns.ports: {{ $port }} is not 53 or 5353, which alone may be open at {{ . }}: clouds keep the credentials of a machine at link-local addresses
{{- end }}
{{- end }}
{{- end }}
{{- end }}
