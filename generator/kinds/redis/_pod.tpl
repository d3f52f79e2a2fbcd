@% extends "chart/templates/charts/tier/templates/component/_pod.tpl" %@
@% block configuration_checksum %@
checksum/configuration: {{ include "@{ component.name }@.configuration" $ | sha256sum | quote }}
@% endblock %@
@% block command %@
      command: {{- .command | default (list "sh" "/etc/redis/start.sh" "/etc/redis/redis.conf") | toYaml | nindent 8 }}
@% if component.password_key %@
      {{- $own := ternary (list "--requirepass" "$(@{ component.password_key }@)") list (and (not .command) @{ component.key | password_in_use(component.key) }@) }}
      {{- with concat $own .args }}
@% else %@
      {{- with .args }}
@% endif %@
      args: {{- toYaml . | nindent 8 }}
      {{- end }}
@% endblock %@
@% block password_environment %@
- {name: REDISCLI_AUTH, value: $(@{ component.password_key }@)}
@% endblock %@
