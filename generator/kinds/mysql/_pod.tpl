@% extends "chart/templates/charts/tier/templates/component/_pod.tpl" %@
@% block configuration_checksum %@
checksum/configuration: {{ include "@{ component.name }@.configuration" $ | sha256sum | quote }}
@% endblock %@
@% block command %@
      command: {{- .command | default (list "bash" "/etc/mysql/conf.d/start.sh") | toYaml | nindent 8 }}
      {{- with .args }}
      args: {{- toYaml . | nindent 8 }}
      {{- end }}
@% endblock %@
@% block environment %@
- {name: DATA_DIRECTORY, value: @{ component.storage.path }@}
@% endblock %@
