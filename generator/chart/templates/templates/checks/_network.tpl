{{/* One line per problem with network policies. Takes $. */}}
{{- define "@{ platform.name }@.problems.network" -}}
{{- with .Values.global.networkPolicy }}
{{- if and .enabled (not .dns.peers) (not .dns.nodeLocalAddress) }}
global.networkPolicy.dns.peers: is empty, and so is nodeLocalAddress: that would open port 53 to everywhere
{{- end }}
{{- end }}
{{- end }}
