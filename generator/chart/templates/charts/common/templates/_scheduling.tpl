{{/*
Which nodes a pod may run on, from its `values`. "onOneNode" lists the components that must share a
node with it, because they mount a ReadWriteOnce volume together.
Takes (dict "context" $ "values" . "onOneNode" (list "api" "worker")).
*/}}
{{- define "common.scheduling" -}}
{{- with .values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- if or .values.affinity .onOneNode }}
affinity:
  {{- with .values.affinity }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- if .onOneNode }}
  podAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels:
            app.kubernetes.io/instance: {{ .context.Release.Name | quote }}
            app.kubernetes.io/part-of: @{ platform.name }@
          matchExpressions:
            - key: app.kubernetes.io/name
              operator: In
              values:
                {{- range .onOneNode }}
                - {{ $.context.Values.global.namePrefix }}{{ . }}
                {{- end }}
  {{- end }}
{{- end }}
{{- end }}
