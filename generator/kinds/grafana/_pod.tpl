@% extends "chart/templates/charts/tier/templates/component/_pod.tpl" %@
@% block configuration_checksum %@
checksum/configuration: {{ include "@{ component.name }@.configuration" $ | sha256sum | quote }}
@% endblock %@
@# Below a sub-path it sends who asks elsewhere away: the kubelet, which counts that as healthy. #@
@% set below = 'include "' + component.name + '.subPath" (dict "context" $ "values" $.Values.' + component.key + ')' %@
@% block startup_request %@
        httpGet: {path: {{ print (@{ below }@) @{ component.health_path | json | literal }@ | quote }}, port: @{ component.port_name }@}
@% endblock %@
@% block readiness_request %@
        httpGet: {path: {{ print (@{ below }@) @{ component.health_path | json | literal }@ | quote }}, port: @{ component.port_name }@}
@% endblock %@
@% block liveness_path %@
        httpGet: {path: {{ print (@{ below }@) . | quote }}, port: @{ component.port_name }@}
@% endblock %@
@% block command %@
      {{- if .command }}
      command: {{- toYaml .command | nindent 8 }}
      {{- with .args }}
      args: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- else }}
      # Grafana would replace ${…} in a variable's text, and take an empty one for its published default.
      args:
        - cfg:security.admin_user=$__env{GF_SECURITY_ADMIN_USER}
        - cfg:security.admin_password=$__env{GF_SECURITY_ADMIN_PASSWORD}
        - cfg:security.secret_key=$__env{GF_SECURITY_SECRET_KEY}
        {{- with .args }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- end }}
@% endblock %@
@% block environment %@
- {name: GF_SECURITY_ADMIN_USER, valueFrom: {secretKeyRef: {name: {{ include "common.secretName" $ | quote }}, key: @{ component.spec.admin.user }@}}}
- {name: GF_SECURITY_ADMIN_PASSWORD, valueFrom: {secretKeyRef: {name: {{ include "common.secretName" $ | quote }}, key: @{ component.spec.admin.password }@}}}
- {name: GF_SECURITY_SECRET_KEY, valueFrom: {secretKeyRef: {name: {{ include "common.secretName" $ | quote }}, key: @{ component.spec.secretKey }@}}}
{{- $place := dict "context" $ "values" .Values.@{ component.key }@ }}
{{- with include "@{ component.name }@.rootUrl" $place }}
- {name: GF_SERVER_ROOT_URL, value: {{ . | quote }}}
{{- end }}
{{- if include "@{ component.name }@.subPath" $place }}
- {name: GF_SERVER_SERVE_FROM_SUB_PATH, value: "true"}
{{- end }}
- {name: GF_LOG_MODE, value: console}
- {name: GF_USERS_ALLOW_SIGN_UP, value: "false"}
- {name: GF_ANALYTICS_REPORTING_ENABLED, value: "false"}
- {name: GF_ANALYTICS_CHECK_FOR_UPDATES, value: "false"}
- {name: GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES, value: "false"}
@% endblock %@
@% block own_volume_mounts %@
{{- range .Values.@{ component.key }@.dashboardConfigMaps }}
- {name: {{ print "dashboards-" (sha256sum . | trunc 8) }}, mountPath: {{ print "/etc/grafana/own-dashboards/" . | quote }}}
{{- end }}
@% endblock %@
@% block own_volumes %@
{{- range .Values.@{ component.key }@.dashboardConfigMaps }}
- name: {{ print "dashboards-" (sha256sum . | trunc 8) }}
  configMap: {name: {{ . | quote }}}
{{- end }}
@% endblock %@
