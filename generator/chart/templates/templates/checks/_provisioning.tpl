{{/*
One line per data source and dashboard of a user that Grafana would refuse, or show without data: of
dashboards it only says so in its log. Takes $.
*/}}
{{- define "@{ platform.name }@.problems.provisioning" -}}
@% for component in plan.components if component.spec.provisioned() %@
@% set made = component.spec.provisioned() %@
{{- with .Values.@{ component.path }@ }}
{{- $names := list @{ made.data_sources | list | quoted }@ }}
{{- $uids := list @{ made.data_sources.values() | list | quoted }@ }}
{{- $variables := include "common.extraKeysOf" (dict "context" $ "name" "@{ component.name }@") | fromYamlArray }}
{{- $variables = concat $variables (list @{ (component.config_keys + component.secret_keys + component.optional_keys + component.spec.env | list) | quoted }@) }}
{{- range .extraEnv }}{{ $variables = append $variables .name }}{{ end }}
{{- $anyVariable := .extraEnvFrom }}
{{- range .extraDataSources }}
{{- if has .name $names }}
@{ component.path }@.extraDataSources: {{ .name }} is the name of two data sources, and Grafana would not start: give this one another name
{{- end }}
{{- if has .uid $uids }}
@{ component.path }@.extraDataSources: {{ .name }} has the uid {{ .uid }}, as another data source has: give this one another uid
{{- end }}
{{- $names = append $names .name }}
{{- with .uid }}{{ $uids = append $uids . }}{{ end }}
{{- $name := .name }}
{{- range regexFindAll "[$][{]?[A-Za-z_][A-Za-z0-9_]*" (toJson . | replace "$$" "") -1 | uniq }}
{{- if not (or $anyVariable (has (trimAll "${" .) $variables)) }}
@{ component.path }@.extraDataSources: {{ $name }} has {{ . }}, and no variable of the environment has that name: add it to @{ component.path }@.extraEnv, or write $$ for a mere dollar
{{- end }}
{{- end }}
{{- end }}
{{- $files := list @{ made.dashboards | list | quoted }@ }}
{{- $uids := list @{ made.dashboards.values() | map(attribute="uid") | list | quoted }@ }}
{{- $titles := list @{ made.dashboards.values() | map(attribute="title") | list | quoted }@ }}
{{- range $file, $text := .dashboards }}
{{- $path := print "@{ component.path }@.dashboards: " $file }}
{{- $dashboard := fromJson $text }}
{{- if has $file $files }}
{{ $path }} is a dashboard of the chart: choose another name
{{- end }}
{{- if and (hasKey $dashboard "Error") (eq (len $dashboard) 1) }}
{{ $path }} is no JSON object, and Grafana would leave it out: export the dashboard again
{{- else }}
{{- if not (and (kindIs "string" $dashboard.title) $dashboard.title) }}
{{ $path }} has no title: export the dashboard itself, with its keys title and panels at the top
{{- else if has $dashboard.title $titles }}
{{ $path }} has the title {{ $dashboard.title }}, as another dashboard has: give it another title
{{- end }}
{{- if and $dashboard.uid (has $dashboard.uid $uids) }}
{{ $path }} has the uid {{ $dashboard.uid }}, as another dashboard has, and Grafana would renew neither: give it another uid
{{- end }}
{{- if hasKey $dashboard "__inputs" }}
{{ $path }} was exported for sharing, so that placeholders stand for its data sources: export it without that option
{{- end }}
{{- $titles = append $titles $dashboard.title }}
{{- $uids = append $uids $dashboard.uid }}
{{- end }}
{{- end }}
{{- end }}
@% endfor %@
{{- end }}
