{{/* Names of the members of a group, in the order of their pods, as YAML. Takes $. */}}
{{- define "@{ component.name }@.members" -}}
{{- range until @{ component.spec.group_size }@ }}
- {{ $.Values.global.namePrefix }}@{ component.name }@-group-{{ . }}
{{- end }}
{{- end }}

{{/*
Container of the agent: a sidecar, so that it stays while the server hands over and stops. Takes $.
*/}}
{{- define "@{ component.name }@.agent" -}}
{{- with .Values.global.toolbox }}
- name: agent
  restartPolicy: Always
  image: {{ include "common.image" (dict "context" $ "image" .image) | quote }}
  imagePullPolicy: {{ include "common.pullPolicy" (dict "context" $ "image" .image) }}
  command: [python3, -m, agent]
  workingDir: /opt/agent
  ports: [{name: agent, containerPort: 8090}]
  env:
    - {name: MEMBER, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
    - {name: MEMBERS, value: {{ include "@{ component.name }@.members" $ | fromYamlArray | join "," | quote }}}
    - {name: MYSQL_PORT, value: "@{ component.port }@"}
    - {name: PROBE_PORT, value: "8090"}
    - {name: ROLE_LABEL, value: @{ platform.name }@/database-role}
    - {name: MYSQL_ROOT_PASSWORD, valueFrom: {secretKeyRef: {name: {{ include "common.secretName" $ | quote }}, key: MYSQL_ROOT_PASSWORD}}}
    - {name: PYTHONDONTWRITEBYTECODE, value: "1"}
  resources: {{- toYaml .resources | nindent 4 }}
  securityContext: {{- include "common.securityContext" (dict "context" $ "values" .containerSecurityContext) | nindent 4 }}
  readinessProbe:  # whether this member works in the group: an update goes on to the next one only then
    httpGet: {path: /, port: agent}
    periodSeconds: 2
    timeoutSeconds: 2
    failureThreshold: 2
  volumeMounts:
    - {name: agent, mountPath: /opt/agent, readOnly: true}
    - {name: token, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}
{{- end }}
{{- end }}

{{/* Files of the agent, as YAML: its modules and those of its client. Takes $. */}}
{{- define "@{ component.name }@.agentFiles" -}}
{{- range $path, $_ := .Files.Glob "files/@{ component.name }@/{agent,pymysql}/**.py" }}
{{ $path | trimPrefix "files/@{ component.name }@/" | replace "/" "." }}: {{ $.Files.Get $path | toYaml }}
{{- end }}
{{- end }}

{{/* Volumes of the agent. Takes $. */}}
{{- define "@{ component.name }@.agentVolumes" -}}
- name: agent
  configMap:
    name: {{ $.Values.global.namePrefix }}@{ component.name }@-agent
    items:
      {{- range $path, $_ := .Files.Glob "files/@{ component.name }@/{agent,pymysql}/**.py" }}
      {{- $path = trimPrefix "files/@{ component.name }@/" $path }}
      - {key: {{ replace "/" "." $path }}, path: {{ $path }}}
      {{- end }}
{{ include "common.tokenVolume" (dict "name" "token" "expirationSeconds" 3600) }}
{{- end }}
