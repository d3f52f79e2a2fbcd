{{/* One line per problem with the ConfigMap. Takes $. */}}
{{- define "@{ platform.name }@.problems.config" -}}
{{- range $key, $value := .Values.global.config.extra }}
{{- if has $key (list @{ config["keys"] | quoted }@) }}
global.config.extra.{{ $key }}: the platform has this key already; set global.config.{{ $key }}, or remove it
{{- end }}
{{- end }}
@% for component in plan.components if component.kind == "mysql" and "MYSQL_USER" in component.config_keys %@
{{- if include "@{ component.name }@.runs" $ }}
{{- with .Values.global.config }}
{{- if or (eq .MYSQL_USER "") (gt (len .MYSQL_USER) 32) }}
global.config.MYSQL_USER: is {{ .MYSQL_USER | quote }}; the name of a user in MySQL has 1 to 32 characters
{{- end }}
{{- if eq .MYSQL_USER "root" }}
global.config.MYSQL_USER: is root, the administrator that MySQL has already; take another name
{{- end }}
@% for reader in plan.components if reader.spec.database is defined and reader.spec.database %@
{{- if eq .@{ reader.spec.database.user }@ .MYSQL_USER }}
global.config.@{ reader.spec.database.user }@: is {{ .MYSQL_USER }}, as MYSQL_USER is; @{ reader.name }@ reads with a user of its own, take another name
{{- end }}
@% endfor %@
{{- end }}
{{- end }}
@% endfor %@
{{- end }}
