{{/* One line per problem with the ConfigMap. Takes $. */}}
{{- define "@{ platform.name }@.problems.config" -}}
{{- range $key, $value := .Values.global.config.extra }}
{{- if has $key (list @{ config["keys"] | quoted }@) }}
global.config.extra.{{ $key }}: the platform has this key already; set global.config.{{ $key }}, or remove it
{{- end }}
{{- end }}
@% for component in plan.components if component.kind == "mysql" %@
{{- if include "@{ component.name }@.runs" $ }}
{{- with .Values.global.config }}
@% for key in component.config_keys if key in plan.config_forms %@
@% if plan.config_forms[key] == "databaseUser" %@
{{- if or (eq .@{ key }@ "root") (hasPrefix "mysql." .@{ key }@) }}
global.config.@{ key }@: is {{ .@{ key }@ }}, an account that MySQL has already; take another name
{{- end }}
@% else %@
{{- if has (lower .@{ key }@) (list "mysql" "sys" "information_schema" "performance_schema") }}
global.config.@{ key }@: is {{ .@{ key }@ }}, a database of MySQL's own; take another name
{{- end }}
@% endif %@
@% endfor %@
@% for reader in plan.components if reader.spec.database is defined and reader.spec.database and "MYSQL_USER" in component.config_keys %@
{{- if eq .@{ reader.spec.database.user }@ .MYSQL_USER }}
global.config.@{ reader.spec.database.user }@: is {{ .MYSQL_USER }}, as MYSQL_USER is; @{ reader.name }@ reads with a user of its own, take another name
{{- end }}
@% endfor %@
{{- end }}
{{- end }}
@% endfor %@
{{- end }}
