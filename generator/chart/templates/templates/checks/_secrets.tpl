{{/* One line per problem with secrets. Takes $. */}}
{{- define "@{ platform.name }@.problems.secrets" -}}
@% for server in plan.authenticated %@
{{- with .Values.global }}
{{- if not (or .@{ server.key }@.auth.required .@{ server.key }@.auth.enabled) }}
global.@{ server.key }@.auth.required: is false, but global.@{ server.key }@.auth.enabled is false too: there is no password to send, remove it
{{- end }}
{{- if and .external.@{ server.key }@.host (not .@{ server.key }@.auth.required) }}
global.@{ server.key }@.auth.required: is false, but the server {{ .external.@{ server.key }@.host }} outside the release decides that itself: remove it
{{- end }}
{{- end }}
@% endfor %@
{{- with .Values.global.secrets }}
{{- if and (eq .source "existing") (not .existingSecret) }}
global.secrets.existingSecret: is empty, but global.secrets.source is existing: name the Secret
{{- end }}
{{- if and .existingSecret (ne .source "existing") }}
global.secrets.existingSecret: is {{ .existingSecret }}, but global.secrets.source is {{ .source }}: set it to existing
{{- end }}
{{- if and .values (ne .source "values") }}
global.secrets.values: has keys, but global.secrets.source is {{ .source }}: set it to values
{{- end }}
{{- range $key, $entry := .extra }}
{{- if has $key (list @{ config["keys"] | quoted }@ @{ secrets["keys"] | quoted }@) }}
global.secrets.extra.{{ $key }}: the platform has this key already; its readers are fixed, remove it
{{- end }}
{{- if hasKey $.Values.global.config.extra $key }}
global.secrets.extra.{{ $key }}: is in global.config.extra too, and a component would get it twice; remove one
{{- end }}
{{- end }}
{{- if eq .source "values" }}
{{- $needed := include "@{ platform.name }@.secretKeys" $ | fromYaml }}
{{- range $key := concat (list @{ secrets_in_values | quoted }@) (keys .extra | sortAlpha) }}
{{- if and (has $key (concat $needed.required $needed.parts)) (not (get $.Values.global.secrets.values $key)) }}
global.secrets.values.{{ $key }}: is missing, and global.secrets.source is values
{{- end }}
{{- if regexMatch "\\p{Cc}" (get $.Values.global.secrets.values $key) }}
global.secrets.values.{{ $key }}: contains a character that cannot be printed, such as a line break or a tab: remove it
{{- end }}
{{- end }}
@% for component in plan.components if component.spec.expanded_keys() %@
{{- range $key := list @{ component.spec.expanded_keys() | quoted }@ }}
{{- if regexMatch "[$]__\\w+{|%\\([^)]+\\)s" (get $.Values.global.secrets.values $key) }}
global.secrets.values.{{ $key }}: contains $__NAME{ or %(NAME)s, which @{ component.name }@ takes for a reference: choose another text
{{- end }}
{{- end }}
@% endfor %@
@% if published_secrets %@
{{- $open := list }}
{{- if ne $.Values.global.exposure "clusterIP" }}
{{- $open = append $open (print "global.exposure is " $.Values.global.exposure) }}
{{- end }}
@% for component in plan.exposed %@
{{- with $.Values.@{ component.path }@ }}
{{- if and (include "@{ component.name }@.runs" $) (has .service.type (list "LoadBalancer" "NodePort")) }}
{{- $open = append $open (print "@{ component.path }@.service.type is " .service.type) }}
{{- end }}
{{- end }}
@% endfor %@
@% for environment, texts in published_secrets.items() %@
{{- range $key, $text := dict@% for key, text in texts.items() %@ "@{ key }@" @{ text | json }@@% endfor %@ }}
{{- if and $open (eq (get $.Values.global.secrets.values $key) $text) }}
global.secrets.values.{{ $key }}: is that of values-@{ environment }@.yaml, which anybody can read, but {{ join " and " $open }}: choose another text, or reach the platform by clusterIP alone
{{- end }}
{{- end }}
@% endfor %@
@% endif %@
@% for key in composed_secrets %@
{{- if hasKey .values "@{ key.name }@" }}
global.secrets.values.@{ key.name }@: is composed of other keys, so that it always agrees with them: remove it
{{- end }}
@% endfor %@
{{- end }}
{{- end }}
{{- end }}
