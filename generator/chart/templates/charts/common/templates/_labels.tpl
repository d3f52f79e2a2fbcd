{{/*
Labels that identify the pods of a component of this chart, in this release, under this prefix:
selectors, Services, NetworkPolicies and budgets use no others. They never change.
Takes (dict "context" $ "name" "api").
*/}}
{{- define "common.selectorLabels" -}}
app.kubernetes.io/name: {{ .context.Values.global.namePrefix }}{{ .name }}
app.kubernetes.io/instance: {{ .context.Release.Name | quote }}
app.kubernetes.io/part-of: @{ platform.name }@
{{- end }}

{{/*
Labels of a pod. They hold no version, so that a new version of the chart restarts nothing.
Takes (dict "context" $ "name" "api" "tier" "backend").
*/}}
{{- define "common.podLabels" -}}
{{ include "common.selectorLabels" . }}
app.kubernetes.io/component: {{ .tier }}
app: {{ .name }}
tier: {{ .tier }}
{{- with .context.Values.global.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/*
Labels of an object. A version may have a plus sign and any length, a label may not.
Takes (dict "context" $ "name" "api" "tier" "backend").
*/}}
{{- define "common.labels" -}}
{{ include "common.podLabels" . }}
app.kubernetes.io/version: {{ .context.Chart.AppVersion | replace "+" "_" | trunc 63 | trimAll "-_." | quote }}
app.kubernetes.io/managed-by: {{ .context.Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .context.Chart.Name .context.Chart.Version | replace "+" "_" | trunc 63 | trimAll "-_." | quote }}
{{- end }}
