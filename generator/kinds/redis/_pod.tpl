@% extends "chart/templates/charts/tier/templates/component/_pod.tpl" %@
@% block configuration_checksum %@
checksum/configuration: {{ include "@{ component.name }@.configuration" $ | sha256sum | quote }}
@% endblock %@
@% block command %@
      command: [sh, /etc/redis/start.sh, /etc/redis/redis.conf]
@% if component.password_key %@
      {{- if @{ component.key | password_in_use(component.key) }@ }}
      args: [--requirepass, $(@{ component.password_key }@)]
      {{- end }}
@% endif %@
@% endblock %@
@% block password_environment %@
- {name: REDISCLI_AUTH, value: $(@{ component.password_key }@)}
@% endblock %@
