{{/* One line per problem with the account and the TLS of servers outside the release. Takes $. */}}
{{- define "@{ platform.name }@.problems.external" -}}
@% for server in plan.replaceable %@
@% set path = "global.external." + server.key %@
{{- with .Values.@{ path }@ }}
@% if server in plan.initialized %@
{{- if and .initialization.enabled (not .host) }}
@{ path }@.initialization.enabled: is true, but @{ path }@.host is empty, and @{ server.name }@ of the chart makes its tables itself: name a server, or set it to false
{{- end }}
@% endif %@
{{- if .host }}
{{- if and .tls.caSecret.name (not .tls.enabled) }}
@{ path }@.tls.caSecret.name: is {{ .tls.caSecret.name }}, but @{ path }@.tls.enabled is false: set it to true
{{- end }}
@% if secrets %@
{{- if and .urlParameters (eq $.Values.global.secrets.source "existing") }}
@{ path }@.urlParameters: has keys, but global.secrets.source is existing, so that the URL in your Secret says them: put them there, and remove them here
{{- end }}
@% endif %@
@% if server.password_key %@
{{- if and .user (not $.Values.global.@{ server.key }@.auth.enabled) }}
@{ path }@.user: is {{ .user }}, but global.@{ server.key }@.auth.enabled is false: a user logs in with a password, set it to true
{{- end }}
@% endif %@
@% for reader in plan.components if reader.kind == "grafana" and reader.spec.database and reader.spec.database.component == server.name %@
{{- if and .tls.enabled (not .tls.caSecret.name) (include "@{ reader.name }@.runs" $) }}
@{ path }@.tls.caSecret.name: is empty, and without it @{ reader.name }@ would read the database in plain text: name a Secret with the authority that signs the server's certificate
{{- end }}
@% endfor %@
{{- end }}
{{- end }}
@% endfor %@
{{- end }}
