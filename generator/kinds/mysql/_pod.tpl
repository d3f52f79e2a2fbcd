@% extends "chart/templates/charts/tier/templates/component/_pod.tpl" %@
@% block configuration_checksum %@
checksum/configuration: {{ include "@{ component.name }@.configuration" $ | sha256sum | quote }}
{{- if eq .mode "groupReplication" }}
checksum/agent: {{ include "@{ component.name }@.agentFiles" $ | sha256sum | quote }}
{{- end }}
@% endblock %@
@% block other_hosts %@ "onOtherHosts" (ternary (include "@{ component.name }@.selectorLabels" $) "" (eq .mode "groupReplication"))@% endblock %@
@% block spread %@
  {{- if eq .mode "groupReplication" }}
  topologySpreadConstraints:
    - topologyKey: topology.kubernetes.io/zone
      maxSkew: 1
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels: {{- include "@{ component.name }@.selectorLabels" $ | nindent 10 }}
  {{- end }}
@% endblock %@
@% block command %@
      command: {{- .command | default (list "bash" "/etc/mysql/conf.d/start.sh") | toYaml | nindent 8 }}
      {{- with .args }}
      args: {{- toYaml . | nindent 8 }}
      {{- end }}
@% endblock %@
@% block lifecycle %@
      {{- $handOver := dict "preStop" (dict "exec" (dict "command" (list "bash" "/etc/mysql/conf.d/hand-over.sh"))) }}
      {{- with merge (dict) .lifecycle (ternary $handOver (dict) (eq .mode "groupReplication")) }}
      lifecycle: {{- toYaml . | nindent 8 }}
      {{- end }}
@% endblock %@
@% block own_init_containers %@
{{- if eq .Values.@{ component.key }@.mode "groupReplication" }}
{{- include "@{ component.name }@.agent" $ }}
{{- end }}
@% endblock %@
@% block environment %@
- {name: DATA_DIRECTORY, value: @{ component.storage.path }@}
{{- if eq .Values.@{ component.key }@.mode "groupReplication" }}
- {name: MEMBER, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
- {name: MEMBER_PORT, value: "@{ component.port }@"}
{{- end }}
@% endblock %@
@% block storage_volume %@
{{- $server := .Values.@{ component.key }@ }}
{{- if not (and (eq $server.mode "groupReplication") $server.persistence.enabled) }}
@{ super() -}@
{{- end }}
@% endblock %@
@% block own_volumes %@
{{- if eq .Values.@{ component.key }@.mode "groupReplication" }}
{{ include "@{ component.name }@.agentVolumes" $ }}
{{- end }}
@% endblock %@
