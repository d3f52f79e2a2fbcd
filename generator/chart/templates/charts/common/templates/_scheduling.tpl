{{/*
Which nodes a pod may run on. Takes (list $ . "api trading-bot"): a component's values, and the
names of the components that must share a node, none as a rule.
*/}}
{{- define "common.scheduling" -}}
{{- with (index . 1).priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with (index . 1).nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with (index . 1).tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- if or (index . 1).affinity (index . 2) }}
affinity:
  {{- with (index . 1).affinity }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- with index . 2 }}
  podAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: kubernetes.io/hostname
        labelSelector:
          matchLabels: {app.kubernetes.io/instance: {{ (index $ 0).Release.Name }}}
          matchExpressions:
            - {key: app, operator: In, values: [{{ replace " " ", " . }}]}
  {{- end }}
{{- end }}
{{- end }}

{{/* Spread over zones and hosts, each revision for itself. Nodes that a pod may not run on would else
count as empty, and no second pod could join any other. Takes (list $ "api" .topologySpread). */}}
{{- define "common.topologySpread" -}}
{{- range $key, $whenUnsatisfiable := dict
  "topology.kubernetes.io/zone" (index . 2).zones
  "kubernetes.io/hostname" (index . 2).hosts }}
- topologyKey: {{ $key }}
  maxSkew: 1
  whenUnsatisfiable: {{ $whenUnsatisfiable }}
  nodeTaintsPolicy: Honor
  matchLabelKeys: [pod-template-hash]
  labelSelector:
    matchLabels: {{- include "common.selector" $ | nindent 6 }}
{{- end }}
{{- end }}
