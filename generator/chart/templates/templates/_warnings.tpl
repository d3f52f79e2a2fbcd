{{/* One line per setting that is legal and risky. Takes $. */}}
{{- define "@{ platform.name }@.warnings" -}}
@% if plan.exposed %@
{{- include "@{ platform.name }@.exposureWarnings" $ }}
@% endif %@
{{- include "@{ platform.name }@.imageWarnings" $ }}
{{- if not .Values.networkPolicy.enabled }}
  - networkPolicy.enabled is false: every pod of the cluster can reach the databases.
{{- end }}
{{- if not .Values.global.enforceDocumentedLimits }}
  - global.enforceDocumentedLimits is false: sizes and replicas are not held to the documented ranges.
{{- end }}
{{- range $key, $_ := omit .Values.global @{ global_keys | quoted }@ }}
  - global.{{ $key }} is not a key of this chart: it is for another chart, or misspelt.
{{- end }}
@% if secrets %@
{{- if eq .Values.global.secrets.source "values" }}
  - global.secrets.source is values: the secrets are also stored in the release and wherever the values come from.
{{- end }}
@% endif %@
@% for server in plan.authenticated %@
{{- if not .Values.global.@{ server.key }@.auth.required }}
  - global.@{ server.key }@.auth.required is false: @{ server.name }@ lets clients in without a password. Upgrade again without it.
{{- end }}
@% endfor %@
@% for component in plan.components if component.spec.admin is defined %@
{{- with .Values.global.secrets.values }}
{{- if eq (get . "@{ component.spec.admin.password }@") (get . "@{ component.spec.admin.user }@" | default "admin") }}
  - global.secrets.values.@{ component.spec.admin.password }@ is the user's name: whoever reaches @{ component.name }@ can log in.
{{- end }}
{{- end }}
@% endfor %@
@% for component in plan.components if component.spec.parts() %@
{{- if and .Values.@{ component.path }@.backup.enabled .Values.global.external.@{ component.key }@.host }}
  - @{ component.path }@.backup.enabled is true, but {{ .Values.global.external.@{ component.key }@.host }} is outside the release, and its administrator's password is unknown here: nothing is backed up. See to that where the server runs.
{{- end }}
@% endfor %@
@% for component in plan.components if component.storage %@
{{- if and (include "@{ component.name }@.runs" $) (not .Values.@{ component.path }@.persistence.enabled) }}
  - @{ component.path }@.persistence.enabled is false: its data is lost with its pod.
{{- end }}
@% endfor %@
@% for server in plan.replaceable if server.url_scheme != "redis" and plan.servers_url(server) %@
{{- with .Values.global.external.@{ server.key }@ }}
{{- if and .tls.enabled (not .urlParameters) (ne $.Values.global.secrets.source "existing") }}
  - global.external.@{ server.key }@.urlParameters is empty: @{ plan.servers_url(server) }@ says nothing of TLS, and drivers may go without.
{{- end }}
{{- end }}
@% endfor %@
@% for volume in plan.volumes %@
{{- if eq .Values.global.storage.@{ volume.key }@.mode "ephemeral" }}
  - global.storage.@{ volume.key }@.mode is ephemeral: each pod has its own, and loses it.
{{- end }}
@% endfor %@
@% for component in plan.components if component.tells_by_file and not component.ready %@
{{- if and (include "@{ component.name }@.runs" $) (not .Values.@{ component.path }@.ready.path) }}
  - @{ component.path }@.ready.path is empty: @{ component.name }@ is ready once it has stayed up, whether it does its work or not; only its log says so.
{{- end }}
@% endfor %@
@% for flow in plan.flows %@
{{- if and (include "@{ flow.caller.name }@.runs" $) (not (include "@{ flow.callee.name }@.answers" $)) }}
  - @{ flow.caller.path }@ calls @{ flow.callee.name }@, which is disabled@{ " and not external" if flow.callee.replaceable }@.
{{- end }}
@% endfor %@
{{- end }}
