{{/*
A list of the chart with the user's own entries, as YAML; nothing where both are empty. An entry of the
user's replaces the one of the same key in its place, since later variables may refer to it; the others
follow. Takes (dict "key" "name" "own" .extraEnv "chart" (include "api.environment" $)).
*/}}
{{- define "common.listByKey" -}}
{{- $key := .key }}
{{- $entries := dict }}
{{- $order := list }}
{{- range concat (.chart | fromYamlArray) .own }}
{{- $order = append $order (get . $key) }}
{{- $_ := set $entries (get . $key) . }}
{{- end }}
{{- range uniq $order }}
{{ list (get $entries .) | toYaml }}
{{- end }}
{{- end }}

{{/*
Variables of a container, and further names of some of them, as YAML. A variable that is not there, such
as a password that is not in use, has no further name. Takes (dict "aliases" .aliases "chart" (include
"api.environment" $)).
*/}}
{{- define "common.withAliases" -}}
{{- .chart }}
{{- $variables := dict }}
{{- range .chart | fromYamlArray }}
{{- $_ := set $variables .name . }}
{{- end }}
{{- range $alias, $name := .aliases }}
{{- with get $variables $name }}
{{ list (merge (dict "name" $alias) .) | toYaml }}
{{- end }}
{{- end }}
{{- end }}
