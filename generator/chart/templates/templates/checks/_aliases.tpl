{{/* One line per problem with further names of variables. Takes $. */}}
{{- define "@{ platform.name }@.problems.aliases" -}}
@% for component in plan.components %@
{{- if include "@{ component.name }@.runs" $ }}
{{- $variables := concat (list@{ " " + component.variables | quoted if component.variables }@) (include "common.extraKeysOf" (dict "extra" .Values.global.config.extra "name" "@{ component.name }@") | fromYamlArray) }}
@% if secrets %@
{{- $variables = concat $variables (include "common.extraKeysOf" (dict "extra" .Values.global.secrets.extra "name" "@{ component.name }@") | fromYamlArray) }}
@% endif %@
{{- include "@{ platform.name }@.problems.aliasesOf" (dict "path" "@{ component.path }@.aliases" "variables" $variables "values" .Values.@{ component.path }@) }}
{{- end }}
@% endfor %@
{{- end }}

{{/* The same of one component. Takes (dict "path" "application.api.aliases" "variables" (list "ENV") "values" .Values.application.api). */}}
{{- define "@{ platform.name }@.problems.aliasesOf" -}}
{{- range $alias, $name := .values.aliases }}
{{- if not (has $name $.variables) }}
{{ $.path }}.{{ $alias }}: is {{ $name }}, which is no variable of this component: name one of {{ join ", " $.variables | default "those that it reads, of which there is none" }}
{{- end }}
{{- if has $alias $.variables }}
{{ $.path }}.{{ $alias }}: the component has a variable of this name already: take another name
{{- end }}
{{- range $.values.extraEnv }}
{{- if eq .name $alias }}
{{ $.path }}.{{ $alias }}: is in extraEnv too: remove one
{{- end }}
{{- end }}
{{- end }}
{{- end }}
