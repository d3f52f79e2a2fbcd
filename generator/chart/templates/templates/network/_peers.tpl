{{/* Egress rule to the cluster's name servers, and to NodeLocal DNSCache where it is used. Takes $. */}}
{{- define "@{ platform.name }@.dns" -}}
{{- with .Values.global.networkPolicy -}}
to:
  - namespaceSelector:
      matchLabels: {kubernetes.io/metadata.name: {{ .dns.namespace }}}
    podSelector:
      matchLabels: {{- toYaml .dns.podLabels | nindent 8 }}
  {{- with .dns.nodeLocalAddress }}
  - ipBlock: {cidr: {{ . }}/32}
  {{- end }}
ports:
  - {protocol: UDP, port: 53}
  - {protocol: TCP, port: 53}
{{- end }}
{{- end }}
