@% extends "chart/templates/charts/tier/templates/component/_pod.tpl" %@
@% block configuration_checksum %@
checksum/configuration: {{ include "@{ component.name }@.configuration" $ | sha256sum | quote }}
@% endblock %@
@% block command %@
      command: [bash, /etc/mysql/conf.d/start.sh]
@% endblock %@
@% block environment %@
- {name: DATA_DIRECTORY, value: @{ component.storage.path }@}
@% endblock %@
