@% from "chart/templates/_objects.jinja" import metadata %@
@% set name = component.name + "-backup" %@
{{/*
A CronJob of backups. Takes (dict "context" $ "job" "backup" "schedule" "0 2 * * *" "suspend" false "tries" 2
"scripts" (list "look" "take" "keep") "env" (dict "MODE" "dump") "hasMetrics" true).
*/}}
{{- define "@{ name }@.cronJob" -}}
{{- $ := .context }}
apiVersion: batch/v1
kind: CronJob
@{ metadata(component.name + "-{{ .job }}", '"' + name + '.labels" $') }@
spec:
  schedule: {{ .schedule | quote }}
  timeZone: Etc/UTC
  suspend: {{ .suspend }}
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 240
  successfulJobsHistoryLimit: 1
  failedJobsHistoryLimit: 3
  jobTemplate:
    metadata:
      labels: {{- include "@{ name }@.podLabels" $ | nindent 8 }}
    spec:
      backoffLimit: {{ .tries }}
      {{- with $.Values.@{ component.key }@ }}
      activeDeadlineSeconds: {{ .backup.deadlineSeconds | int64 }}
      {{- end }}
      {{- $reports := ternary (print $.Values.global.namePrefix "@{ component.name }@-" .job) "" .hasMetrics }}
      template: {{- include "@{ name }@.podTemplate" (merge (dict "reports" $reports) .) | nindent 8 }}
{{- end }}
