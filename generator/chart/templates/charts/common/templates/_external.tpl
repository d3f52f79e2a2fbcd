{{/*
"true" where a server outside the release proves itself by an authority of the user's.
Takes its section of global.external.
*/}}
{{- define "common.hasAuthority" -}}
{{- if and .host .tls.enabled .tls.caSecret.name }}true{{ end }}
{{- end }}

{{/*
Volume with that authority, as an entry of a list.
Takes (dict "name" "mysql" "path" "/etc/ssl/mysql" "server" .Values.global.external.mysql).
*/}}
{{- define "common.authorityVolume" -}}
{{- if include "common.hasAuthority" .server }}
- name: {{ .name }}-ca
  secret:
    secretName: {{ .server.tls.caSecret.name | quote }}
    items: [{key: {{ .server.tls.caSecret.key | quote }}, path: ca.crt}]
{{- end }}
{{- end }}

{{/* Its mount. Takes what common.authorityVolume takes. */}}
{{- define "common.authorityMount" -}}
{{- if include "common.hasAuthority" .server }}
- {name: {{ .name }}-ca, mountPath: {{ .path }}, readOnly: true}
{{- end }}
{{- end }}
