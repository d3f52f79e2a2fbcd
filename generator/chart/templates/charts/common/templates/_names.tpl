{{/* Object name: the documented one, behind global.namePrefix. Takes (list $ "api"). */}}
{{- define "common.name" -}}
{{ (index . 0).Values.global.namePrefix }}{{ index . 1 }}
{{- end }}

{{/* Labels that select a component's pods. They never change. Takes (list $ "api"). */}}
{{- define "common.selector" -}}
app.kubernetes.io/name: {{ index . 1 }}
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
{{- end }}

{{/*
Labels by which network policies know a pod. Test pods carry those of the component whose
connections they try, but not its selector: no Service sends them traffic.
*/}}
{{- define "common.networkIdentity" -}}
app: {{ index . 1 }}
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
{{- end }}

{{/* Labels of a pod; no version, so that a new chart restarts nothing. Takes (list $ "api" "backend"). */}}
{{- define "common.podLabels" -}}
{{- $ := index . 0 -}}
app: {{ index . 1 }}
tier: {{ index . 2 }}
{{ include "common.selector" . }}
app.kubernetes.io/component: {{ index . 2 }}
app.kubernetes.io/part-of: @{ platform.name }@
{{- with $.Values.global.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Labels of every object. Takes (list $ "api" "backend"). */}}
{{- define "common.labels" -}}
{{- $ := index . 0 -}}
{{ include "common.podLabels" . }}
app.kubernetes.io/version: {{ $.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $.Chart.Name $.Chart.Version | replace "+" "_" }}
{{- end }}

{{/*
Name, namespace, labels and annotations of an object. Takes (list $ "api" "backend" "api-service"), and
annotations of the object's own where it has some.
*/}}
{{- define "common.metadata" -}}
{{- $ := index . 0 -}}
{{- $own := dict -}}
{{- if gt (len .) 4 }}{{ $own = index . 4 }}{{ end -}}
name: {{ include "common.name" (list $ (index . 3)) }}
namespace: {{ $.Release.Namespace }}
labels: {{- include "common.labels" . | nindent 2 }}
{{- with merge (dict) $own $.Values.global.commonAnnotations }}
annotations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
