{{/* Provisioning files; Grafana itself replaces ${…} by its environment. A change restarts the pod. Takes $. */}}
{{- define "@{ c.name }@.configuration" -}}
{{- with .Values.@{ c.key }@ }}
datasources.yaml: |
  apiVersion: 1
  prune: true
  datasources:
@% if c.spec.database %@
    - name: MySQL
      uid: mysql
      type: mysql
      access: proxy
      isDefault: true
      url: ${@{ database_host_key }@}:${@{ database_port_key }@}
      user: ${@{ c.spec.database.user }@}
      jsonData: {database: "${@{ c.spec.database.name }@}", maxOpenConns: 5, maxIdleConns: 2, connMaxLifetime: 300}
      secureJsonData: {password: "${@{ c.spec.database.password }@}"}
@% endif %@
    {{- with .prometheus.url }}
    - name: Prometheus
      uid: prometheus
      type: prometheus
      access: proxy
      url: {{ . }}
    {{- end }}
dashboards.yaml: |
  apiVersion: 1
  providers:
    - name: @{ platform.name }@
      folder: @{ platform.title }@
      type: file
      disableDeletion: true
      allowUiUpdates: false
      options: {path: /etc/grafana/dashboards}
{{- end }}
{{- end }}
