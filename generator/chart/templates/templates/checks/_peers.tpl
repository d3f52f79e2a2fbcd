{{/* One line per peer that includes link-local addresses. Takes (dict "path" "global.external.mysql.peers" "peers" .peers). */}}
{{- define "@{ platform.name }@.problems.peers" -}}
{{- range .peers }}
{{- with .ipBlock }}
{{- $linkLocal := include "@{ platform.name }@.metadataService" (print .cidr) }}
{{- if eq $linkLocal "within" }}
{{ $.path }}: {{ .cidr }} is link-local, where clouds keep the credentials of a machine; only networkPolicy.dns may name such an address
{{- end }}
{{- if and (eq $linkLocal "around") (not .except) }}
{{ $.path }}: {{ .cidr }} includes link-local addresses, where clouds keep the credentials of a machine: add except: [169.254.0.0/16], or for IPv6 [fe80::/10, fd00:ec2::254/128]
{{- end }}
{{- end }}
{{- end }}
{{- end }}
@% if plan.replaceable %@

{{/* One line per problem with a server outside the release. Takes (dict "path" "global.external.mysql" "server" …). */}}
{{- define "@{ platform.name }@.problems.server" -}}
{{- with .server }}
{{- if and .host (not .cidrs) (not .peers) (not (regexMatch "^[0-9.]+$" .host)) }}
{{ $.path }}.cidrs: is empty, and {{ .host }} is a name: give the address ranges of the server, or its pods in {{ $.path }}.peers, or set networkPolicy.enabled to false
{{- end }}
{{- range append .cidrs (print .host "/32") }}
{{- if eq (include "@{ platform.name }@.metadataService" .) "within" }}
{{ $.path }}.cidrs: {{ . }} is link-local, where clouds keep the credentials of a machine: give the addresses of the server
{{- end }}
{{- end }}
{{- include "@{ platform.name }@.problems.peers" (dict "path" (print $.path ".peers") "peers" .peers) }}
{{- end }}
{{- end }}
@% endif %@

{{/* One line per rule of a user's own that opens too much. Takes (dict "path" "data.redis.networkPolicy.extraEgress" "rules" …). */}}
{{- define "@{ platform.name }@.problems.egress" -}}
{{- range .rules }}
{{- if not .to }}
{{ $.path }}: a rule without `to` opens every address: name peers, such as {ipBlock: {cidr: 0.0.0.0/0, except: [169.254.0.0/16]}}
{{- end }}
{{- include "@{ platform.name }@.problems.peers" (dict "path" $.path "peers" .to) }}
{{- end }}
{{- end }}
@% if plan.components | selectattr("kind", "equalto", "grafana") | list %@

{{/* One line per problem with Prometheus as a data source. Takes (dict "path" "monitoring.grafana.prometheus" "prometheus" …). */}}
{{- define "@{ platform.name }@.problems.prometheus" -}}
{{- with .prometheus }}
{{- $pods := false }}
{{- range .peers }}{{ $pods = or $pods (not .ipBlock) }}{{ end }}
{{- if and .url (not .peers) }}
{{ $.path }}.peers: is empty, but url is {{ .url }}, and a policy knows no URL: name the server's pods, such as {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}}, or its address, such as {ipBlock: {cidr: 203.0.113.7/32}}
{{- end }}
{{- if and .url $pods (not .podPort) }}
{{ $.path }}.podPort: is 0, but peers names pods, and a policy judges the port that they listen on, not that of their Service: give it, such as 9090
{{- end }}
{{- include "@{ platform.name }@.problems.peers" (dict "path" (print $.path ".peers") "peers" .peers) }}
{{- end }}
{{- end }}
@% endif %@
