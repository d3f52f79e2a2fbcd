@% extends "chart/templates/charts/tier/templates/component/_pod.tpl" %@
@% block configuration_checksum %@
checksum/configuration: {{ include "@{ component.name }@.configuration" $ | sha256sum | quote }}
@% endblock %@
@% block environment %@
- {name: GF_SECURITY_ADMIN_USER, valueFrom: {secretKeyRef: {name: {{ include "common.secretName" $ | quote }}, key: @{ component.spec.admin.user }@}}}
- {name: GF_SECURITY_ADMIN_PASSWORD, valueFrom: {secretKeyRef: {name: {{ include "common.secretName" $ | quote }}, key: @{ component.spec.admin.password }@}}}
- {name: GF_LOG_MODE, value: console}
- {name: GF_USERS_ALLOW_SIGN_UP, value: "false"}
- {name: GF_ANALYTICS_REPORTING_ENABLED, value: "false"}
- {name: GF_ANALYTICS_CHECK_FOR_UPDATES, value: "false"}
- {name: GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES, value: "false"}
@% endblock %@
