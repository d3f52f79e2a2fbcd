@% set name = component.name + "-backup" %@
@% set backup = component.spec.backup %@
@% set metric = (platform.name + "-" + name) | replace("-", "_") %@
{{/* "true" where there are backups. Takes $. */}}
{{- define "@{ name }@.isMade" -}}
{{- with .Values.@{ component.key }@ }}
{{- if and @{ enabled }@ .backup.enabled }}true{{ end }}
{{- end }}
{{- end }}

{{/* Labels of the objects of backups. Takes $. */}}
{{- define "@{ name }@.labels" -}}
{{ include "common.labels" (dict "context" . "name" "@{ name }@" "tier" "@{ component.label }@") }}
{{- end }}

{{/* Labels of their pods. Takes $. */}}
{{- define "@{ name }@.podLabels" -}}
{{- merge (dict) .Values.@{ component.key }@.podLabels (include "common.podLabels" (dict "context" . "name" "@{ name }@" "tier" "@{ component.label }@") | fromYaml) | toYaml }}
{{- end }}

{{/* The pod below with its labels and annotations. Takes what it takes. */}}
{{- define "@{ name }@.podTemplate" -}}
{{- $ := .context -}}
metadata:
  labels: {{- include "@{ name }@.podLabels" $ | nindent 4 }}
  {{- with $.Values.@{ component.key }@.podAnnotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec: {{- include "@{ name }@.podSpec" . | nindent 2 }}
{{- end }}

{{/*
Pod of a Job, which runs scripts one after the other, each only where those before it ended well. It runs
where the server may, under the server's account, and with its rights.
Takes (dict "context" $ "scripts" (list "look" "take" "keep") "env" (dict "MODE" "dump") "reports" "mysql-backup"),
of which `reports`, the CronJob whose metrics tell of its runs, is optional.
*/}}
{{- define "@{ name }@.podSpec" -}}
{{- $ := .context }}
{{- $job := . }}
{{- $reports := ternary .reports "" (not (empty $.Values.@{ component.key }@.backup.metrics.existingClaim)) }}
{{- with $.Values.@{ component.key }@ -}}
serviceAccountName: {{ include "common.serviceAccountName" (dict "context" $ "name" "@{ component.name }@" "serviceAccount" .serviceAccount) | quote }}
automountServiceAccountToken: false
enableServiceLinks: false
restartPolicy: Never  # the log of each try is kept
securityContext: {{- include "common.securityContext" (dict "context" $ "values" .podSecurityContext) | nindent 2 }}
{{- with $.Values.global.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with include "common.scheduling" (dict "context" $ "values" .) }}
{{- . }}
{{- end }}
{{- with include "common.nameResolution" (dict "values" .) }}
{{- . }}
{{- end }}
{{- with initial $job.scripts }}
initContainers:
  {{- range . }}
  {{- include "@{ name }@.container" (dict "context" $ "script" . "env" $job.env "reports" $reports "isLast" false) | nindent 2 }}
  {{- end }}
{{- end }}
containers:
  {{- include "@{ name }@.container" (dict "context" $ "script" (last $job.scripts) "env" $job.env "reports" $reports "isLast" true) | nindent 2 }}
volumes:
  - name: work
    emptyDir: {sizeLimit: {{ toYaml .backup.workspace.size }}}
  - name: scripts
    configMap: {name: {{ $.Values.global.namePrefix }}@{ name }@}
  {{- if gt (len $job.scripts) 1 }}
  - name: config
    configMap: {name: {{ $.Values.global.namePrefix }}@{ component.name }@-config}
  {{- end }}
  {{- if $reports }}
  - name: metrics
    persistentVolumeClaim: {claimName: {{ .backup.metrics.existingClaim | quote }}}
  {{- end }}
  {{- if eq .backup.destination "claim" }}
  - name: repository
    persistentVolumeClaim: {claimName: {{ .backup.persistence.existingClaim | default (print $.Values.global.namePrefix "@{ backup.claim }@") | quote }}}
  {{- else if .backup.s3.caSecret.name }}
  - name: authority
    secret: {secretName: {{ .backup.s3.caSecret.name | quote }}, items: [{key: {{ .backup.s3.caSecret.key }}, path: ca.crt}]}
  {{- end }}
{{- end }}
{{- end }}

{{/* Takes (dict "context" $ "script" "take" "env" (dict "MODE" "dump") "reports" "mysql-backup" "isLast" false). */}}
{{- define "@{ name }@.container" -}}
{{- $ := .context }}
{{- $script := .script }}
{{- $env := .env }}
{{- $reports := .reports }}
{{- $isLast := .isLast }}
{{- $isStorage := has $script (list "look" "keep" "fetch" "mark") }}
{{- $isPoint := eq $script "find-point" }}
{{- $image := ternary $.Values.@{ component.key }@.backup.image (ternary $.Values.global.toolbox.image $.Values.@{ component.key }@.image $isPoint) $isStorage }}
{{- with $.Values.@{ component.key }@ -}}
- name: {{ $script }}
  image: {{ include "common.image" (dict "context" $ "image" $image) | quote }}
  imagePullPolicy: {{ include "common.pullPolicy" (dict "context" $ "image" $image) }}
  command: [{{ ternary "sh, /scripts/report.sh, " "" (not (empty $reports)) }}{{ ternary "sh" (ternary "python3" "bash" $isPoint) $isStorage }}, /scripts/{{ $script }}{{ ternary ".py" ".sh" $isPoint }}]
  terminationMessagePolicy: FallbackToLogsOnError  # why it failed is also in the pod's status
  env:
    {{- range $name, $text := $env }}
    - {name: {{ $name }}, value: {{ $text | quote }}}
    {{- end }}
    {{- if $reports }}
    - {name: METRIC, value: @{ metric }@}
    - {name: CRONJOB, value: {{ $reports }}}
    - {name: IS_LAST, value: {{ $isLast | quote }}}
    {{- end }}
    {{- if $isStorage }}
    {{- include "@{ name }@.storageEnvironment" $ | nindent 4 }}
    {{- else if not $isPoint }}
    - {name: ADDRESS, value: "{{ $.Values.global.namePrefix }}@{ component.service.name }@:@{ component.service.port }@"}
    - {name: READ_ADDRESS, value: "{{ $.Values.global.namePrefix }}@{ component.name }@-ro:@{ component.service.port }@"}
    - {name: MYSQL_DATABASE, valueFrom: {configMapKeyRef: {name: {{ include "common.configName" $ }}, key: MYSQL_DATABASE}}}
    - {name: MYSQL_ROOT_PASSWORD, valueFrom: {secretKeyRef: {name: {{ include "common.secretName" $ | quote }}, key: MYSQL_ROOT_PASSWORD}}}
    - {name: BINLOGS, value: {{ $.Values.global.namePrefix }}@{ component.name }@-binlogs}
    - {name: MOST_LOG_KIBIBYTES, value: {{ div (include "common.bytes" .backup.binaryLogs.maxSize) 1024 | quote }}}
    - {name: MOST_AGE_SECONDS, value: {{ .backup.verification.maxAgeSeconds | int64 | quote }}}
    - {name: LOCK_SECONDS, value: "600"}
    - {name: FOLLOW_SECONDS, value: "1800"}
    {{- end }}
  resources: {{- toYaml .backup.resources | nindent 4 }}
  securityContext: {{- include "common.securityContext" (dict "context" $ "values" .containerSecurityContext) | nindent 4 }}
  volumeMounts:
    - {name: work, mountPath: /work}
    - {name: scripts, mountPath: /scripts, readOnly: true}
    {{- if $reports }}
    - {name: metrics, mountPath: /metrics}
    {{- end }}
    {{- if and $isStorage (eq .backup.destination "claim") }}
    - {name: repository, mountPath: /repository}
    {{- else if and $isStorage .backup.s3.caSecret.name }}
    - {name: authority, mountPath: /etc/ssl/s3, readOnly: true}
    {{- else if not (or $isStorage $isPoint) }}
    - {name: config, mountPath: /etc/mysql/conf.d, readOnly: true}
    {{- end }}
{{- end }}
{{- end }}

{{/* What restic is told. Takes $. */}}
{{- define "@{ name }@.storageEnvironment" -}}
{{- with .Values.@{ component.key }@.backup -}}
- {name: SECRET, value: {{ include "common.secretName" $ | quote }}}
- {name: RESTIC_PASSWORD, valueFrom: {secretKeyRef: {name: {{ include "common.secretName" $ | quote }}, key: @{ backup.password }@}}}
{{- if eq .destination "claim" }}
- {name: RESTIC_REPOSITORY, value: /repository/mysql}
{{- else }}
- {name: RESTIC_REPOSITORY, value: {{ printf "s3:%s/%s/%s" .s3.endpoint .s3.bucket .s3.path | quote }}}
- {name: AWS_DEFAULT_REGION, value: {{ .s3.region | quote }}}
- {name: AWS_ACCESS_KEY_ID, valueFrom: {secretKeyRef: {name: {{ include "common.secretName" $ | quote }}, key: @{ backup.accessKey }@, optional: true}}}
- {name: AWS_SECRET_ACCESS_KEY, valueFrom: {secretKeyRef: {name: {{ include "common.secretName" $ | quote }}, key: @{ backup.secretKey }@, optional: true}}}
{{- with .s3.caSecret.name }}
- {name: RESTIC_CACERT, value: /etc/ssl/s3/ca.crt}
{{- end }}
{{- end }}
- {name: REACH_SECONDS, value: "120"}
- {name: READ_DATA, value: "10%"}
- {name: KEEP_LAST, value: {{ .retention.keepLast | int64 | quote }}}
- {name: KEEP_DAILY, value: {{ .retention.keepDaily | int64 | quote }}}
- {name: KEEP_WEEKLY, value: {{ .retention.keepWeekly | int64 | quote }}}
- {name: KEEP_MONTHLY, value: {{ .retention.keepMonthly | int64 | quote }}}
{{- end }}
{{- end }}
