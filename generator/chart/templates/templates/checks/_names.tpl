{{/* One line per pod that has no name server. Takes $. */}}
{{- define "@{ platform.name }@.problems.names" -}}
@% for component in plan.components %@
{{- include "@{ platform.name }@.problems.nameServers" (dict "path" "@{ component.path }@" "values" .Values.@{ component.path }@) }}
@% endfor %@
@% if plan.uses_toolbox %@
{{- include "@{ platform.name }@.problems.nameServers" (dict "path" "global.toolbox" "values" .Values.global.toolbox) }}
@% endif %@
{{- end }}

{{/* Takes (dict "path" "application.api" "values" .Values.application.api). */}}
{{- define "@{ platform.name }@.problems.nameServers" -}}
{{- if and (eq .values.dnsPolicy "None") (not (get .values.dnsConfig "nameservers")) }}
{{ .path }}.dnsConfig: has no nameservers, but dnsPolicy is None: name them, or leave dnsPolicy empty
{{- end }}
{{- end }}
