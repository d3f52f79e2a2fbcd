{{/*
Name of the ServiceAccount that the pods of a component run under.
Takes (dict "context" $ "name" "api" "serviceAccount" .serviceAccount).
*/}}
{{- define "common.serviceAccountName" -}}
{{- with .serviceAccount }}
{{- .name | default (ternary (print $.context.Values.global.namePrefix $.name) "default" .create) }}
{{- end }}
{{- end }}
