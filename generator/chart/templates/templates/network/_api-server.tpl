{{/* Egress rule to the Kubernetes API. Takes $. */}}
{{- define "@{ platform.name }@.apiServer" -}}
- ports:
    {{- range .Values.networkPolicy.apiServerPorts }}
    - {protocol: TCP, port: {{ . | int64 }}}
    {{- end }}
  {{- with .Values.networkPolicy.apiServerCidrs }}
  to:
    {{- range . }}
    - {{ include "@{ platform.name }@.addressRange" . | nindent 6 | trim }}
    {{- end }}
  {{- end }}
{{- end }}
