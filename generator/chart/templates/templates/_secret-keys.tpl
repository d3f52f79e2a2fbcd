{{/*
Keys of the Secret that the pods of this release need, hooks included, as YAML: `required` are those without which one
does not start, `optional` those that one reads if they are there, and `parts` those that required ones
are composed of. Takes $.
*/}}
{{- define "@{ platform.name }@.secretKeys" -}}
{{- $required := list }}
{{- $optional := list }}
{{- $parts := list }}
@% for component in plan.components if component.watched_secret_keys or component.password_keys %@
{{- if include "@{ component.name }@.runs" $ }}
@% if component.secret_keys %@
{{- $required = concat $required (list @{ component.secret_keys | quoted }@) }}
@% endif %@
@% if component.optional_keys %@
{{- $optional = concat $optional (list @{ component.optional_keys | quoted }@) }}
@% endif %@
@% for password in component.password_keys %@
{{- if @{ password.server | password_in_use(component.key) }@ }}
{{- $required = append $required "@{ password.key }@" }}
{{- else }}
{{- $optional = append $optional "@{ password.key }@" }}
{{- end }}
@% endfor %@
{{- end }}
@% endfor %@
@% for component in plan.components if component.spec.parts() %@
{{- if include "@{ component.name }@.isBackedUp" $ }}
{{- $required = append $required "@{ component.spec.backup.password }@" }}
{{- $optional = concat $optional (list "@{ component.spec.backup.accessKey }@" "@{ component.spec.backup.secretKey }@") }}
{{- end }}
@% endfor %@
@% for server in plan.initialized %@
{{- if include "@{ server.name }@.isInitialized" $ }}
{{- $required = append $required "@{ plan.servers_url(server) }@" }}
{{- end }}
@% endfor %@
{{- range $key, $entry := .Values.global.secrets.extra }}
{{- range $name := $entry.readBy }}
{{- if include (print $name ".runs") $ }}
{{- $required = append $required $key }}
{{- end }}
{{- end }}
{{- end }}
{{- range $key, $text := include "common.composedSecrets" $ | fromYaml }}
{{- if has $key $required }}
{{- range regexFindAll "{[A-Z0-9_]+}" $text -1 }}
{{- $parts = append $parts (trimAll "{}" .) }}
{{- end }}
{{- end }}
{{- end }}
{{- dict "required" (uniq $required) "optional" (uniq $optional) "parts" (uniq $parts) | toYaml }}
{{- end }}
