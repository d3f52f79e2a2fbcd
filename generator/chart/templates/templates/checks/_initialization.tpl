{{/* One line per init script of a user that would run at the wrong time, or not at all. Takes $. */}}
{{- define "@{ platform.name }@.problems.initialization" -}}
@% for component in plan.components if component.spec.scripts_around() %@
@% set before, after = component.spec.scripts_around() %@
{{- range $name, $script := .Values.@{ component.path }@.initialization.extraScripts }}
{{- if ne (list @{ before | json }@ $name @{ after | json }@ | join " ") (list @{ before | json }@ $name @{ after | json }@ | uniq | sortAlpha | join " ") }}
@{ component.path }@.initialization.extraScripts: {{ $name }} does not sort between @{ before }@, the chart's last but one, and @{ after }@, which ends the initialization: begin its name with a number between theirs, such as 50-own.sql
{{- end }}
{{- end }}
@% endfor %@
{{- end }}
