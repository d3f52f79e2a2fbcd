{{/* One line per ServiceAccount that would be created a second time. Takes $. */}}
{{- define "@{ platform.name }@.problems.accounts" -}}
{{- $taken := dict "default" "every namespace" }}
@% if secrets %@
{{- $_ := set $taken (print .Values.global.namePrefix "@{ preparation }@") "the Job that prepares a release" }}
@% endif %@
@% for component in plan.components %@
{{- if include "@{ component.name }@.runs" $ }}
{{- include "@{ platform.name }@.problems.account" (dict "context" $ "path" "@{ component.path }@" "name" "@{ component.name }@" "serviceAccount" .Values.@{ component.path }@.serviceAccount "taken" $taken) }}
{{- end }}
@% endfor %@
{{- end }}

{{/*
What is wrong with one ServiceAccount. Notes in "taken" whose each name is.
Takes (dict "context" $ "path" "application.api" "name" "api" "serviceAccount" … "taken" $taken).
*/}}
{{- define "@{ platform.name }@.problems.account" -}}
{{- if .serviceAccount.create }}
{{- $name := include "common.serviceAccountName" . }}
{{- with get .taken $name }}
{{ $.path }}.serviceAccount.name: is {{ $name }}, which {{ . }} has already; take another name, or set create to false to use that one
{{- end }}
{{- $_ := set .taken $name (get .taken $name | default .path) }}
{{- end }}
{{- end }}
