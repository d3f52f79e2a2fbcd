{{/* Pod that prepares a release. Takes $. */}}
{{- define "@{ platform.name }@.preparationPod" -}}
{{- $declared := ($.Files.Get "files/secret-keys.json" | fromJson).keys }}
{{- range $key, $entry := $.Values.global.secrets.extra }}
{{- $_ := set $declared $key (omit $entry "readBy") }}
{{- end }}
{{- with .Values.global.toolbox -}}
metadata:
  labels: {{- merge (dict) .podLabels (include "common.podLabels" (dict "context" $ "name" "prepare" "tier" "platform") | fromYaml) | toYaml | nindent 4 }}
  {{- with .podAnnotations }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  restartPolicy: Never
  serviceAccountName: {{ $.Values.global.namePrefix }}@{ preparation }@
@% include "chart/templates/_toolbox-pod.jinja" %@
  containers:
    - name: prepare
      image: {{ include "common.image" (dict "context" $ "image" .image) | quote }}
      imagePullPolicy: {{ include "common.pullPolicy" (dict "context" $ "image" .image) }}
      command: [python3, -c]
      args:
        - |
          {{- $.Files.Get "files/prepare-release.py" | nindent 10 }}
      terminationMessagePolicy: FallbackToLogsOnError  # a refusal is also in the pod's status
      env:
        - {name: PLATFORM, value: @{ platform.name }@}
        - {name: RELEASE, value: {{ $.Release.Name | quote }}}
        - {name: NAME_PREFIX, value: {{ $.Values.global.namePrefix | quote }}}
        - {name: CHECKS, value: {{ include "@{ platform.name }@.releaseChecks" $ | quote }}}
        - {name: SECRET_NAME, value: {{ $.Values.global.namePrefix }}@{ secrets.object }@}
        - {name: SECRET_SOURCE, value: {{ $.Values.global.secrets.source }}}
        - {name: EXISTING_SECRET, value: {{ $.Values.global.secrets.existingSecret | quote }}}
        - {name: SECRET_KEYS, value: {{ toJson $declared | quote }}}
        - {name: NEEDED_KEYS, value: {{ include "@{ platform.name }@.secretKeys" $ | fromYaml | toJson | quote }}}
        - {name: COMPOSED_KEYS, value: {{ include "common.composedSecrets" $ | fromYaml | toJson | quote }}}
      resources: {{- toYaml .resources | nindent 8 }}
      securityContext: {{- include "common.securityContext" (dict "context" $ "values" .containerSecurityContext) | nindent 8 }}
      volumeMounts:
        - {name: token, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}
        {{- if include "@{ platform.name }@.comparesSecrets" $ }}
        - {name: given-secrets, mountPath: /var/run/given-secrets, readOnly: true}
        {{- end }}
  volumes:
    {{- include "common.tokenVolume" (dict "name" "token" "expirationSeconds" 600) | nindent 4 }}
    {{- if include "@{ platform.name }@.comparesSecrets" $ }}
    - name: given-secrets
      secret: {secretName: {{ $.Values.global.namePrefix }}@{ preparation }@}
    {{- end }}
{{- end }}
{{- end }}

{{/*
What the Job looks for, as JSON: names that must not run twice, claims whose data is locked by the
passwords that it was made with, the sizes that claims will have, and where a database keeps its data,
in this mode and in the other. Takes $.
*/}}
{{- define "@{ platform.name }@.releaseChecks" -}}
{{- $once := list }}
{{- $locked := list }}
{{- $sizes := dict }}
{{- $modes := list }}
{{- $members := list }}
{{- $prefix := .Values.global.namePrefix }}
@% for component in plan.components if component.workload == "StatefulSet" %@
{{- if include "@{ component.name }@.runs" $ }}
{{- $once = append $once "@{ component.name }@" }}
@% if component.storage and component.spec.locks_data %@
{{- $locked = append $locked (print $prefix "@{ component.storage.claim }@") }}
@% endif %@
@% if component.spec.group_size %@
{{- with .Values.@{ component.path }@ }}
{{- range until @{ component.spec.group_size }@ }}{{ $members = append $members (printf "storage-%s@{ component.name }@-group-%d" $prefix .) }}{{ end }}
{{- $claim := .persistence.existingClaim | default (print $prefix "@{ component.storage.claim }@") }}
{{- $one := dict "path" "@{ component.path }@.mode" "mode" "standalone" "workload" (print $prefix "@{ component.name }@") "claims" (list $claim) }}
{{- $group := dict "path" "@{ component.path }@.mode" "mode" "groupReplication" "workload" (print $prefix "@{ component.name }@-group") "claims" $members }}
{{- if eq .mode "groupReplication" }}
{{- $modes = append $modes (list $group $one) }}
{{- $locked = concat $locked $members }}
{{- else }}
{{- $modes = append $modes (list $one $group) }}
{{- end }}
{{- end }}
@% endif %@
{{- end }}
@% endfor %@
@% for component in plan.components if component.storage %@
{{- if include "@{ component.name }@.runs" $ }}
{{- with .Values.@{ component.path }@.persistence }}
{{- if and .enabled (not .existingClaim) }}
{{- $claims := list (print $prefix "@{ component.storage.claim }@") }}
@% if component.spec.group_size %@
{{- if eq $.Values.@{ component.path }@.mode "groupReplication" }}{{ $claims = $members }}{{ end }}
@% endif %@
{{- $size := .size }}
{{- range $claims }}
{{- include "@{ platform.name }@.addSize" (dict "sizes" $sizes "claim" . "path" "@{ component.path }@.persistence.size" "size" $size) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
@% endfor %@
@% for volume in plan.volumes %@
{{- if include "@{ volume.name }@.isClaimed" $ }}
{{- include "@{ platform.name }@.addSize" (dict "sizes" $sizes "claim" (include "common.claimName" (dict "context" $ "volume" "@{ volume.key }@")) "path" "global.storage.@{ volume.key }@.size" "size" .Values.global.storage.@{ volume.key }@.size) }}
{{- end }}
@% endfor %@
{{- dict "enabled" .Values.releaseChecks.enabled "runOnce" $once "lockedClaims" $locked "sizes" $sizes "modes" $modes | toJson }}
{{- end }}

{{/* Takes (dict "sizes" $sizes "claim" "logs-pvc" "path" "global.storage.logs.size" "size" "10Gi"). */}}
{{- define "@{ platform.name }@.addSize" -}}
{{- $_ := set .sizes .claim (dict "path" .path "size" (include "common.quantity" .size) "bytes" (include "common.bytes" .size | int64)) -}}
{{- end }}
