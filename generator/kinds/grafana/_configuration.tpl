{{/*
Provisioning files. Grafana itself replaces $NAME by its environment, and leaves alone what comes of it;
in what comes of ${NAME} it would replace again. A change restarts the pod. Takes $.
*/}}
{{- define "@{ component.name }@.configuration" -}}
@% if component.spec.database %@
{{- $tls := include "common.hasAuthority" $.Values.global.external.@{ component.spec.database.component | camel_case }@ }}
@% endif %@
{{- with .Values.@{ component.key }@ }}
datasources.yaml: |
  apiVersion: 1
  prune: true
  datasources:
@% if component.spec.database %@
@% set database = callees | selectattr("name", "equalto", component.spec.database.component) | first %@
    - name: MySQL
      uid: mysql
      type: mysql
      access: proxy
      isDefault: true
      {{- if $.Values.global.external.@{ component.spec.database.component | camel_case }@.host }}
      url: @{ database.address | replace("$(", "$") | replace(")", "") }@
      {{- else }}
      url: {{ $.Values.global.namePrefix }}@{ component.spec.database.component }@-ro:@{ plan.by_name[component.spec.database.component].service.port }@  # it only reads
      {{- end }}
      user: $@{ component.spec.database.user }@
      jsonData: {database: "$@{ component.spec.database.name }@", timezone: "+00:00", maxOpenConns: 5, maxIdleConns: 2, connMaxLifetime: 300{{ if $tls }}, tlsAuthWithCACert: true{{ end }}}
      secureJsonData: {password: "$@{ component.spec.database.password }@"{{ if $tls }}, tlsCACert: "$__file{@{ plan.by_name[component.spec.database.component].ca_folder }@/ca.crt}"{{ end }}}
@% endif %@
    {{- with .prometheus.url }}
    - name: Prometheus
      uid: prometheus
      type: prometheus
      access: proxy
      url: {{ . | replace "$" "$$" | quote }}
    {{- end }}
    {{- with .extraDataSources }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
dashboards.yaml: |
  apiVersion: 1
  providers:
    {{- $folders := dict "@{ platform.name }@" "dashboards" }}
    {{- if .dashboardConfigMaps }}{{ $_ := set $folders "own" "own-dashboards" }}{{ end }}
    {{- range $name, $folder := $folders }}
    - name: {{ $name }}
      folder: @{ platform.title | replace("$", "$$") | json | literal }@
      type: file
      disableDeletion: true
      allowUiUpdates: false
      options: {path: /etc/grafana/{{ $folder }}}
    {{- end }}
{{- end }}
{{- end }}

{{/* URL at which browsers find it; nothing where no host leads to it. Takes (dict "context" $ "values" …). */}}
{{- define "@{ component.name }@.rootUrl" -}}
@% if component.exposed %@
{{- $routed := include "common.routed" (dict "context" .context "ingress" .values.ingress) }}
{{- $url := include "common.url" (dict "context" .context "ingress" .values.ingress "prefix" "@{ component.host_prefix }@") }}
{{- .values.rootUrl | default (ternary $url "" (eq $routed "true")) }}
@% else %@
{{- .values.rootUrl }}
@% endif %@
{{- end }}

{{/* Path below which it answers, as in /grafana; nothing for the root. Takes what the URL takes. */}}
{{- define "@{ component.name }@.subPath" -}}
{{- if .values.serveFromSubPath }}
{{- with include "@{ component.name }@.rootUrl" . }}
{{- trimSuffix "/" (urlParse .).path }}
{{- end }}
{{- end }}
{{- end }}
