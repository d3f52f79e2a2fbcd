{{/*
Where a pod may run, and what runs it, from its `values`. "onOneNode" lists the components that must share a
node with it, because they mount a ReadWriteOnce volume together; "onOtherHosts" is the selector of the
pods that it rather keeps away from; with "isDeployment", from those of its own revision alone, since those of the
last one are on their way out. Pods of a StatefulSet have no pod-template-hash, and replace each other in place.
Takes (dict "context" $ "values" . "onOneNode" (list "api" "worker") "onOtherHosts" (include "api.selectorLabels" $) "isDeployment" true).
*/}}
{{- define "common.scheduling" -}}
{{- with .values.priorityClassName }}
priorityClassName: {{ . | quote }}
{{- end }}
{{- with .values.runtimeClassName }}
runtimeClassName: {{ . | quote }}
{{- end }}
{{- with .values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with include "common.affinity" . }}
affinity: {{- . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The affinity of the values, with what the chart asks for. Takes what common.scheduling takes. */}}
{{- define "common.affinity" -}}
{{- $affinity := deepCopy .values.affinity }}
{{- range $kind, $rules := include "common.ownAffinity" . | fromYaml }}
{{- range $when, $terms := $rules }}
{{- $all := concat $terms (dig $kind $when list $affinity) }}
{{- $affinity = mergeOverwrite $affinity (dict $kind (dict $when $all)) }}
{{- end }}
{{- end }}
{{- with $affinity }}
{{- toYaml . }}
{{- end }}
{{- end }}

{{/* What the chart asks for beside the values, as YAML. Takes what common.scheduling takes. */}}
{{- define "common.ownAffinity" -}}
{{- if .onOneNode }}
podAffinity:
  requiredDuringSchedulingIgnoredDuringExecution:
    - topologyKey: kubernetes.io/hostname
      labelSelector:
        matchLabels:
          app.kubernetes.io/instance: {{ .context.Release.Name | quote }}
          app.kubernetes.io/part-of: @{ platform.name }@
          # Pods of another mode are left out: they may be on several nodes.
          @{ platform.name }@/storage: rwo-colocated
        matchExpressions:
          - key: app.kubernetes.io/name
            operator: In
            values:
              {{- range .onOneNode }}
              - {{ $.context.Values.global.namePrefix }}{{ . }}
              {{- end }}
{{- end }}
{{- $isDeployment := .isDeployment }}
{{- with .onOtherHosts }}
podAntiAffinity:
  preferredDuringSchedulingIgnoredDuringExecution:
    - weight: 100
      podAffinityTerm:
        topologyKey: kubernetes.io/hostname
        {{- if $isDeployment }}
        matchLabelKeys: [pod-template-hash]
        {{- end }}
        labelSelector:
          matchLabels: {{- . | nindent 12 }}
{{- end }}
{{- end }}
