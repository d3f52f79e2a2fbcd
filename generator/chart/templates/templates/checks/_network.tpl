{{/* One line per problem with network policies. Takes $. */}}
{{- define "@{ platform.name }@.problems.network" -}}
{{- with .Values.networkPolicy }}
{{- if and .enabled (not .dns.peers) (not .dns.nodeLocalAddress) }}
networkPolicy.dns.peers: is empty, and so is nodeLocalAddress: that would open port 53 to everywhere; name the name servers
{{- end }}
{{- end }}
{{- end }}
