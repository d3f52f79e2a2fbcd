{{/* One line per request that is more than its limit. Takes $. */}}
{{- define "@{ platform.name }@.problems.resources" -}}
@% for component in plan.components %@
{{- if include "@{ component.name }@.runs" $ }}
{{- with .Values.@{ component.path }@ }}
{{- include "@{ platform.name }@.problems.requests" (dict "path" "@{ component.path }@.resources" "resources" .resources) }}
@% if component in plan.guarded %@
{{- include "@{ platform.name }@.problems.requests" (dict "path" "@{ component.path }@.guard.resources" "resources" .guard.resources) }}
@% endif %@
@% if component.spec.parts() %@
{{- if .backup.enabled }}
{{- include "@{ platform.name }@.problems.requests" (dict "path" "@{ component.path }@.backup.resources" "resources" .backup.resources) }}
{{- end }}
@% endif %@
{{- include "@{ platform.name }@.problems.containers" (dict "path" "@{ component.path }@" "name" "@{ component.name }@" "values" .) }}
{{- end }}
{{- end }}
@% endfor %@
@% if plan.uses_toolbox %@
{{- include "@{ platform.name }@.problems.requests" (dict "path" "global.toolbox.resources" "resources" .Values.global.toolbox.resources) }}
@% endif %@
{{- end }}

{{/* Requests that are more than the limit. Takes (dict "path" "application.api.resources" "resources" .resources). */}}
{{- define "@{ platform.name }@.problems.requests" -}}
{{- $path := .path -}}
{{- $resources := .resources | default dict -}}
{{- $limits := get $resources "limits" | default dict -}}
{{- range $name, $request := get $resources "requests" | default dict }}
{{- $limit := get $limits $name }}
{{- if and (hasKey $limits $name) (gt (include "common.number" $request | float64) (include "common.number" $limit | float64)) }}
{{ $path }}.requests.{{ $name }}: {{ include "common.quantity" $request }} is more than the limit, {{ include "common.quantity" $limit }}
{{- end }}
{{- end }}
{{- end }}

{{/*
What is wrong with a user's own containers. Takes (dict "path" "application.api" "name" "api" "values" …).
*/}}
{{- define "@{ platform.name }@.problems.containers" -}}
{{- $path := .path -}}
{{- $own := .name -}}
{{- $starting := list }}
{{- range .values.extraInitContainers }}{{ $starting = append $starting .name }}{{ end }}
{{- range $list, $containers := pick .values "extraContainers" "extraInitContainers" }}
{{- range $containers }}
{{- if eq .name $own }}
{{ $path }}.{{ $list }}: names {{ .name }}, which the chart's container is called; change that by image and extraEnv, or take another name
{{- else if and (eq $list "extraContainers") (has .name $starting) }}
{{ $path }}.{{ $list }}: names {{ .name }}, as extraInitContainers does; take another name
{{- end }}
{{- include "@{ platform.name }@.problems.requests" (dict "path" (printf "%s.%s: %s.resources" $path $list .name) "resources" (get . "resources")) }}
{{- end }}
{{- end }}
{{- end }}
