{{/* Pod of @{ component.name }@, as its @{ component.workload }@ runs it. Takes $. */}}
{{- define "@{ component.name }@.pod" -}}
@% if component.shared_with %@
{{- $onOneNode := list }}
@% for volume, names in component.shared_with.items() %@
{{- if eq $.Values.global.storage.@{ volume }@.mode "rwo-colocated" }}
{{- $onOneNode = concat $onOneNode (list @{ names | quoted }@) }}
{{- end }}
@% endfor %@
@% endif %@
{{- with .Values.@{ component.key }@ -}}
metadata:
  labels: {{- merge (dict) .podLabels (include "@{ component.name }@.podLabels" $ | fromYaml) | toYaml | nindent 4 }}
@% if component.shared_with %@
    {{- if $onOneNode }}
    @{ platform.name }@/storage: rwo-colocated
    {{- end }}
@% endif %@
  {{- with merge (dict) .podAnnotations (include "@{ component.name }@.checksums" $ | fromYaml) }}
  annotations: {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "common.serviceAccountName" (dict "context" $ "name" "@{ component.name }@" "serviceAccount" .serviceAccount) | quote }}
  automountServiceAccountToken: false
  enableServiceLinks: false
@% block restart %@
@% endblock %@
@% block processes %@
@% endblock %@
  terminationGracePeriodSeconds: {{ .terminationGracePeriodSeconds | int64 }}
  securityContext: {{- include "common.securityContext" (dict "context" $ "values" .podSecurityContext) | nindent 4 }}
  {{- with $.Values.global.imagePullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with include "common.scheduling" (dict "context" $ "values" .@{ ' "onOneNode" ($onOneNode | uniq)' if component.shared_with }@@% block other_hosts %@@{ ' "onOtherHosts" (include "' + component.name + '.selectorLabels" $) "isDeployment" true' if component.replicated }@@% endblock %@) }}
  {{- trim . | nindent 2 }}
  {{- end }}
  {{- with include "common.nameResolution" (dict "values" .) }}
  {{- trim . | nindent 2 }}
  {{- end }}
@% block spread %@
@% endblock %@
  {{- with include "common.listByKey" (dict "key" "name" "own" (include "common.ownContainers" (dict "context" $ "containers" .extraInitContainers "values" .containerSecurityContext) | fromYamlArray) "chart" (include "@{ component.name }@.initContainers" $)) }}
  initContainers: {{- trim . | nindent 4 }}
  {{- end }}
  containers:
    - name: @{ component.name }@
      image: {{ include "common.image" (dict "context" $ "image" .image) | quote }}
      imagePullPolicy: {{ include "common.pullPolicy" (dict "context" $ "image" .image) }}
@% block command %@
      {{- with .command }}
      command: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .args }}
      args: {{- toYaml . | nindent 8 }}
      {{- end }}
@% endblock %@
      {{- with .workingDir }}
      workingDir: {{ . | quote }}
      {{- end }}
@% if component.port %@
      ports: [{name: @{ component.port_name }@, containerPort: @{ component.port }@}]
@% endif %@
      {{- with include "common.listByKey" (dict "key" "name" "own" .extraEnv "chart" (include "common.withAliases" (dict "aliases" .aliases "chart" (include "@{ component.name }@.environment" $)))) }}
      env: {{- trim . | nindent 8 }}
      {{- end }}
      {{- with .extraEnvFrom }}
      envFrom: {{- toYaml . | nindent 8 }}
      {{- end }}
      resources: {{- include "@{ component.name }@.resources" (dict "context" $ "values" .) | nindent 8 }}
      securityContext: {{- include "common.securityContext" (dict "context" $ "values" .containerSecurityContext) | nindent 8 }}
@% block lifecycle %@
      {{- with .lifecycle }}
      lifecycle: {{- toYaml . | nindent 8 }}
      {{- end }}
@% endblock %@
@% if component.stays_up %@
@% block startup_probe %@
      startupProbe:
@% block startup_request %@
        @{ probes.startup }@
@% endblock %@
        {{- toYaml .probes.startup | nindent 8 }}
@% endblock %@
      readinessProbe:
@% if component.tells_by_file %@
        {{- if .ready.path }}
        {{- include "common.fileProbe" .ready | nindent 8 }}
        {{- else }}
@% if probes.readiness is defined %@
        @{ probes.readiness }@
@% else %@
        exec: {command: [sh, -c, {{ include "common.canWrite" (concat (keys .writable | sortAlpha)@% if component.spec.mounts %@ (list @{ component.spec.mounts.values() | quoted }@)@% endif %@) | quote }}]}
@% endif %@
        {{- end }}
@% else %@
@% block readiness_request %@
        @{ probes.readiness }@
@% endblock %@
@% endif %@
        {{- toYaml .probes.readiness | nindent 8 }}
@% block liveness_probe %@
      livenessProbe:
@% if component.tells_by_file %@
        {{- if .heartbeat.path }}
        {{- include "common.fileProbe" .heartbeat | nindent 8 }}
        {{- else }}
        @{ probes.liveness }@
        {{- end }}
        {{- toYaml .probes.liveness | nindent 8 }}
@% elif component.health_path %@
        {{- with .probes.liveness.path }}
@% block liveness_path %@
        httpGet: {path: {{ . | quote }}, port: @{ component.port_name }@}
@% endblock %@
        {{- else }}
        tcpSocket: {port: @{ component.port_name }@}  # no request: its answer may depend on other servers
        {{- end }}
        {{- toYaml (omit .probes.liveness "path") | nindent 8 }}
@% else %@
        @{ probes.liveness }@
        {{- toYaml .probes.liveness | nindent 8 }}
@% endif %@
@% endblock %@
@% endif %@
      {{- with include "common.listByKey" (dict "key" "mountPath" "own" .extraVolumeMounts "chart" (include "@{ component.name }@.volumeMounts" $)) }}
      volumeMounts: {{- trim . | nindent 8 }}
      {{- end }}
  {{- with include "common.listByKey" (dict "key" "name" "own" (include "common.ownContainers" (dict "context" $ "containers" .extraContainers "values" .containerSecurityContext) | fromYamlArray) "chart" "") }}
    {{- trim . | nindent 4 }}
  {{- end }}
  {{- with include "common.listByKey" (dict "key" "name" "own" .extraVolumes "chart" (include "@{ component.name }@.volumes" $)) }}
  volumes: {{- trim . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end }}

{{/* Init containers of @{ component.name }@; extraInitContainers adds to them. Takes $. */}}
{{- define "@{ component.name }@.initContainers" -}}
@% if callees %@
@% if component.claims %@
{{- $claims := dict }}
{{- with .Values.@{ component.key }@ }}
{{- if not (hasKey .containerSecurityContext "runAsUser") }}
@% for volume, path in component.spec.mounts.items() %@
{{- if ne $.Values.global.storage.@{ volume | camel_case }@.mode "ephemeral" }}{{ $_ := set $claims "@{ volume }@" @{ path | json | literal }@ }}{{ end }}
@% endfor %@
@% if component.storage %@
{{- if .persistence.enabled }}{{ $_ := set $claims "storage" @{ component.storage.path | json | literal }@ }}{{ end }}
@% endif %@
{{- end }}
{{- end }}
@% endif %@
{{- with .Values.@{ component.key }@.waitFor }}
- name: wait-for-dependencies
  image: {{ include "common.image" (dict "context" $ "image" $.Values.global.toolbox.image) | quote }}
  imagePullPolicy: {{ include "common.pullPolicy" (dict "context" $ "image" $.Values.global.toolbox.image) }}
  command: [sh, -c]
  args:
    - |
@% if component.claims %@
      {{- if $claims }}
      {{- include "common.tellOwners" "@{ component.path }@" | nindent 6 }}
      {{- range $claims }}
      tell_owners {{ . | quote }}
      {{- end }}
      {{- end }}
@% endif %@
      {{- include "common.waitScript" $ | nindent 6 }}
    - wait-for-dependencies
@% for callee in callees %@
    {{- if has "@{ callee.name }@" . }}
    - "@{ callee.address }@"
    {{- end }}
@% endfor %@
  env:
    - {name: WAIT_SECONDS, value: {{ $.Values.@{ component.key }@.waitSeconds | int64 | quote }}}
@% for callee in callees if callee.config_keys %@
    {{- if has "@{ callee.name }@" . }}
@% for key in callee.config_keys %@
    - {name: @{ key }@, valueFrom: {configMapKeyRef: {name: {{ include "common.configName" $ }}, key: @{ key }@}}}
@% endfor %@
    {{- end }}
@% endfor %@
  resources: {{- toYaml $.Values.global.toolbox.resources | nindent 4 }}
  securityContext: {{- include "common.securityContext" (dict "context" $ "values" $.Values.global.toolbox.containerSecurityContext) | nindent 4 }}
@% if component.claims %@
  {{- with $claims }}
  volumeMounts:
    {{- range $name, $path := . }}
    - {name: {{ $name }}, mountPath: {{ $path | quote }}}
    {{- end }}
  {{- end }}
@% endif %@
{{- end }}
@% endif %@
@% block own_init_containers %@
@% endblock %@
{{- end }}

{{/*
The pod restarts when one of these changes. With extraEnvFrom it may read any key, and so all count.
Takes $.
*/}}
{{- define "@{ component.name }@.checksums" -}}
{{- $config := include "common.config" $ | fromYaml }}
{{- $read := pick $config@{ " " + component.config_keys | quoted if component.config_keys }@ }}
{{- range include "common.extraKeysOf" (dict "extra" $.Values.global.config.extra "name" "@{ component.name }@") | fromYamlArray }}
{{- $_ := set $read . (get $config .) }}
{{- end }}
{{- with .Values.@{ component.key }@ }}
{{- with ternary $read $config (empty .extraEnvFrom) }}
checksum/config: {{ toJson . | sha256sum | quote }}
{{- end }}
@% if secrets %@
{{- $secrets := include "common.secrets" $ | fromYaml }}
{{- $readSecrets := (pick $secrets@{ " " + component.watched_secret_keys | quoted if component.watched_secret_keys }@@% for password in component.password_keys %@ (ternary "@{ password.key }@" "" @{ password.server | password_in_use(component.key) }@)@% endfor %@) }}
{{- range include "common.extraKeysOf" (dict "extra" $.Values.global.secrets.extra "name" "@{ component.name }@") | fromYamlArray }}
{{- $_ := set $readSecrets . (get $secrets .) }}
{{- end }}
{{- with ternary $readSecrets $secrets (empty .extraEnvFrom) }}
checksum/secrets: {{ toJson . | sha256sum | quote }}
{{- end }}
@% endif %@
@% block configuration_checksum %@
@% endblock %@
{{- end }}
{{- end }}

{{/* Environment of @{ component.name }@; extraEnv adds to it. Takes $. */}}
{{- define "@{ component.name }@.environment" -}}
@% for key in component.config_keys %@
- {name: @{ key }@, valueFrom: {configMapKeyRef: {name: {{ include "common.configName" $ }}, key: @{ key }@}}}
@% endfor %@
{{- range include "common.extraKeysOf" (dict "extra" $.Values.global.config.extra "name" "@{ component.name }@") | fromYamlArray }}
- {name: {{ . | quote }}, valueFrom: {configMapKeyRef: {name: {{ include "common.configName" $ }}, key: {{ . | quote }}}}}
{{- end }}
@% if secrets %@
{{- range include "common.extraKeysOf" (dict "extra" $.Values.global.secrets.extra "name" "@{ component.name }@") | fromYamlArray }}
- {name: {{ . | quote }}, valueFrom: {secretKeyRef: {name: {{ include "common.secretName" $ | quote }}, key: {{ . | quote }}}}}
{{- end }}
@% endif %@
@% for key in component.secret_keys %@
- {name: @{ key }@, valueFrom: {secretKeyRef: {name: {{ include "common.secretName" $ | quote }}, key: @{ key }@}}}
@% endfor %@
@% for key in component.optional_keys %@
- {name: @{ key }@, valueFrom: {secretKeyRef: {name: {{ include "common.secretName" $ | quote }}, key: @{ key }@, optional: true}}}
@% endfor %@
@% block environment %@
@% endblock %@
@% for name, value in component.own_variables.items() %@
- {name: @{ name }@, value: @{ value | json | literal }@}
@% endfor %@
@% for password in component.password_keys %@
{{- if @{ password.server | password_in_use(component.key) }@ }}
- {name: @{ password.key }@, valueFrom: {secretKeyRef: {name: {{ include "common.secretName" $ | quote }}, key: @{ password.key }@}}}
@% block password_environment scoped %@
@% endblock %@
{{- end }}
@% endfor %@
{{- end }}

{{/* Volume mounts of @{ component.name }@; extraVolumeMounts adds to them. Takes $. */}}
{{- define "@{ component.name }@.volumeMounts" -}}
{{- range $path, $given := .Values.@{ component.key }@.writable }}
- name: {{ $given.volume | default (include "common.volumeName" $path) | quote }}
  mountPath: {{ $path | quote }}
  {{- with $given.subPath }}
  subPath: {{ . | quote }}
  {{- end }}
{{- end }}
@% for mount in volume_mounts %@
- {name: @{ mount.name }@, mountPath: @{ mount.path | yaml | literal }@}
@% endfor %@
@% for server in servers %@
{{- include "common.authorityMount" (dict "name" "@{ server.name }@" "path" "@{ server.ca_folder }@" "server" $.Values.global.external.@{ server.key }@) }}
@% endfor %@
@% block own_volume_mounts %@
@% endblock %@
{{- end }}

{{/* Volumes of @{ component.name }@; extraVolumes adds to them. Takes $. */}}
{{- define "@{ component.name }@.volumes" -}}
{{- range $path, $given := .Values.@{ component.key }@.writable }}
{{- if not $given.volume }}
- name: {{ include "common.volumeName" $path | quote }}
  emptyDir: {sizeLimit: {{ toYaml $given.size }}}
{{- end }}
{{- end }}
@% for volume in component.spec.shared_volumes %@
- name: @{ volume }@
  {{- with $.Values.global.storage.@{ volume | camel_case }@ }}
  {{- if eq .mode "ephemeral" }}
  emptyDir: {sizeLimit: {{ toYaml .size }}}
  {{- else }}
  persistentVolumeClaim: {claimName: {{ include "common.claimName" (dict "context" $ "volume" "@{ volume | camel_case }@") | quote }}}
  {{- end }}
  {{- end }}
@% endfor %@
@% if component.storage %@
@% block storage_volume %@
- name: storage
  {{- with .Values.@{ component.key }@.persistence }}
  {{- if .enabled }}
  persistentVolumeClaim: {claimName: {{ .existingClaim | default (print $.Values.global.namePrefix "@{ component.storage.claim }@") | quote }}}
  {{- else }}
  emptyDir: {sizeLimit: {{ toYaml .size }}}
  {{- end }}
  {{- end }}
@% endblock %@
@% endif %@
@% for map in component.config_maps %@
- name: @{ map.name }@
  configMap:
    name: {{ $.Values.global.namePrefix }}@{ map.object }@
@% if map.entries %@
    items:
@% for key, path in map.entries.items() %@
      - {key: @{ key }@, path: @{ path }@}
@% endfor %@
@% endif %@
@% endfor %@
@% for server in servers %@
{{- include "common.authorityVolume" (dict "name" "@{ server.name }@" "path" "@{ server.ca_folder }@" "server" $.Values.global.external.@{ server.key }@) }}
@% endfor %@
@% block own_volumes %@
@% endblock %@
{{- end }}
