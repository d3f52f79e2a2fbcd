@% extends "chart/templates/charts/tier/templates/component/_pod.tpl" %@
@% block processes %@
  {{- if .guard.enabled }}
  shareProcessNamespace: true  # the guard ends what it guards
  {{- end }}
@% endblock %@
@% block startup_probe %@
      startupProbe: {{- include "@{ component.name }@.guardedProbe" (dict "guard" .guard "request" (include "@{ component.name }@.startupRequest" .) "times" .probes.startup) | nindent 8 }}
@% endblock %@
@% block liveness_probe %@
      livenessProbe: {{- include "@{ component.name }@.guardedProbe" (dict "guard" .guard "request" (include "@{ component.name }@.livenessRequest" .) "times" .probes.liveness) | nindent 8 }}
@% endblock %@
@% block own_init_containers %@
{{- include "@{ component.name }@.guard" $ }}
@% endblock %@
@% block configuration_checksum %@
{{- if .guard.enabled }}
checksum/guard: {{ ($.Files.Glob "files/@{ component.name }@/guard/*").AsConfig | sha256sum | quote }}
{{- end }}
@% endblock %@
@% block environment %@
{{- if .Values.@{ component.key }@.guard.enabled }}
- {name: FENCING_TOKEN_FILE, value: /var/run/guard/token}
{{- end }}
@% endblock %@
@% block own_volume_mounts %@
{{- if .Values.@{ component.key }@.guard.enabled }}
- {name: guard, mountPath: /var/run/guard, readOnly: true}
{{- end }}
@% endblock %@
@% block own_volumes %@
{{- if .Values.@{ component.key }@.guard.enabled }}
- name: guard
  emptyDir: {medium: Memory, sizeLimit: 1Mi}  # empty after a restart of the node, whose clock begins anew
- name: guard-program
  configMap: {name: {{ $.Values.global.namePrefix }}@{ component.name }@-guard}
{{ include "common.tokenVolume" (dict "name" "guard-token" "expirationSeconds" 3600) }}
{{- end }}
@% endblock %@
