{{/* True where a component answers: its tier and it are enabled, or it is external. Takes (list $ "data" "mysql"). */}}
{{- define "@{ platform.name }@.answers" -}}
{{- $tier := index (index . 0).Values (index . 1) -}}
{{- $component := index $tier (index . 2) -}}
{{- if or (dig "external" "host" "" $component) (and $tier.enabled $component.enabled) }}true{{ end }}
{{- end }}

{{/* True where the pods of a component run in this release. Takes (list $ "data" "mysql"). */}}
{{- define "@{ platform.name }@.runs" -}}
{{- $tier := index (index . 0).Values (index . 1) -}}
{{- $component := index $tier (index . 2) -}}
{{- if and $tier.enabled $component.enabled (not (dig "external" "host" "" $component)) }}true{{ end }}
{{- end }}
@% for c in plan.served %@

{{- define "@{ platform.name }@.@{ c.name }@.host" -}}
@% if c.external %@
{{- .Values.@{ c.path }@.external.host | default (include "common.name" (list . "@{ c.service.name }@")) }}
@% else %@
{{- include "common.name" (list . "@{ c.service.name }@") }}
@% endif %@
{{- end }}

{{- define "@{ platform.name }@.@{ c.name }@.port" -}}
@% if c.external %@
{{- with .Values.@{ c.path }@ }}{{ ternary .external.port .service.port (ne .external.host "") | int64 }}{{ end }}
@% else %@
{{- .Values.@{ c.path }@.service.port | int64 }}
@% endif %@
{{- end }}
@% endfor %@
