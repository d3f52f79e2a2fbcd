{{/* Name of the Lease that the pod of @{ component.name }@ must hold. Takes $. */}}
{{- define "@{ component.name }@.leaseName" -}}
{{ .Values.@{ component.key }@.guard.leaseName | default (print .Release.Name "-@{ component.name }@") }}
{{- end }}

{{/*
Sidecar that holds the Lease, as an init container, so that @{ component.name }@ starts after it. It runs as
the same user, who ends processes of its own. Takes $.
*/}}
{{- define "@{ component.name }@.guard" -}}
{{- with .Values.@{ component.key }@ }}
{{- if .guard.enabled }}
- name: guard
  restartPolicy: Always
  image: {{ include "common.image" (dict "context" $ "image" $.Values.global.toolbox.image) | quote }}
  imagePullPolicy: {{ include "common.pullPolicy" (dict "context" $ "image" $.Values.global.toolbox.image) }}
  command: [python3, -m, guard]
  workingDir: /opt/guard
  env:
    - {name: LEASE_NAME, value: {{ include "@{ component.name }@.leaseName" $ | quote }}}
    - {name: LEASE_DURATION, value: {{ .guard.leaseDuration | int64 | quote }}}
    - {name: RENEW_DEADLINE, value: {{ .guard.renewDeadline | int64 | quote }}}
    - {name: RETRY_PERIOD, value: {{ .guard.retryPeriod | int64 | quote }}}
    - {name: FOLDER, value: /var/run/guard}
    - {name: NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
    - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
    - {name: POD_UID, valueFrom: {fieldRef: {fieldPath: metadata.uid}}}
  resources: {{- toYaml .guard.resources | nindent 4 }}
  securityContext: {{- include "common.securityContext" (dict "context" $ "values" .containerSecurityContext) | nindent 4 }}
  startupProbe:
    exec: {command: [sh, -c, {{ include "@{ component.name }@.mayRun" $ | quote }}]}
    periodSeconds: 1
    timeoutSeconds: 5
    failureThreshold: 86400  # it waits as long as another pod holds the Lease
  volumeMounts:
    - {name: guard, mountPath: /var/run/guard}
    - {name: guard-program, mountPath: /opt/guard/guard, readOnly: true}
    - {name: guard-token, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}
{{- end }}
{{- end }}
{{- end }}

{{/* Shell command that succeeds while the Lease is surely held. */}}
{{- define "@{ component.name }@.mayRun" -}}
read -r until _ </var/run/guard/until && read -r now _ </proc/uptime && test "${now%.*}" -lt "${until%.*}"
{{- end }}

{{/*
A probe of @{ component.name }@. Beside a guard it also ends all processes of the pod where the Lease may be
lost, which the guard does sooner unless it is dead; the kubelet then starts them in order, the guard first.
It runs often enough for that, and as many failures count as in the same time otherwise.
Takes (dict "guard" .guard "request" "exec: …" "times" .probes.liveness).
*/}}
{{- define "@{ component.name }@.guardedProbe" -}}
{{- if .guard.enabled }}
{{- $period := min .times.periodSeconds (div (sub .guard.leaseDuration .guard.renewDeadline) 2 | max 1) }}
{{- $script := printf "%s || { kill -s KILL -- -1; kill 1; exit 1; }; exec \"$@\"" (include "@{ component.name }@.mayRun" .) }}
{{- $failures := div (add (mul .times.periodSeconds .times.failureThreshold) $period -1) $period -}}
exec: {command: {{ concat (list "sh" "-c" $script "sh") (.request | fromYaml).exec.command | toRawJson }}}
{{ merge (dict "periodSeconds" $period "failureThreshold" $failures) .times | toYaml }}
{{- else -}}
{{ .request }}
{{ toYaml .times }}
{{- end }}
{{- end }}

{{/* What asks whether @{ component.name }@ has started. Takes its values. */}}
{{- define "@{ component.name }@.startupRequest" -}}
@{ probes.startup }@
{{- end }}

{{/* What asks whether @{ component.name }@ lives. Takes its values. */}}
{{- define "@{ component.name }@.livenessRequest" -}}
{{- if .heartbeat.path -}}
{{ include "common.fileProbe" .heartbeat }}
{{- else -}}
@{ probes.liveness }@
{{- end }}
{{- end }}
