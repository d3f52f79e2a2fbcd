{{/* Egress rule to the name servers of the cluster, and to NodeLocal DNSCache where it is used. Takes $. */}}
{{- define "@{ platform.name }@.dns" -}}
{{- with .Values.networkPolicy.dns -}}
- ports:
    {{- range .ports }}
    - {protocol: UDP, port: {{ . | int64 }}}
    - {protocol: TCP, port: {{ . | int64 }}}
    {{- end }}
  to:
    {{- with .peers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- with .nodeLocalAddress }}
    - ipBlock: {cidr: {{ . }}/32}
    {{- end }}
{{- end }}
{{- end }}
