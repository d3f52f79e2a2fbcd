{{/* One line per problem with backups. Takes $. */}}
{{- define "@{ platform.name }@.problems.backups" -}}
@% for component in plan.components if component.spec.parts() %@
@% set path = component.path + ".backup" %@
{{- with .Values.@{ path }@ }}
{{- if include "@{ component.name }@.isBackedUp" $ }}
{{- if and (eq .destination "s3") (not .s3.bucket) }}
@{ path }@.s3.bucket: is empty, but destination is s3: name the bucket
{{- end }}
{{- if and (ne .destination "claim") .persistence.existingClaim }}
@{ path }@.persistence.existingClaim: is {{ .persistence.existingClaim }}, but destination is {{ .destination }}: set it to claim
{{- end }}
{{- if ge (.verification.maxAgeSeconds | int64) (.binaryLogs.expireSeconds | int64) }}
@{ path }@.binaryLogs.expireSeconds: is {{ .binaryLogs.expireSeconds | int64 }}, but a backup may be verification.maxAgeSeconds, {{ .verification.maxAgeSeconds | int64 }} s, old, and what the server has thrown away by then is in none: set more
{{- end }}
{{- $limit := get .resources.limits "ephemeral-storage" }}
{{- $needed := addf (include "common.number" .workspace.size | float64) (include "common.number" "@{ log_space }@" | float64) }}
{{- if gt $needed (include "common.number" $limit | float64) }}
@{ path }@.resources.limits.ephemeral-storage: is {{ include "common.quantity" $limit }}, but a Job's scratch volume and log may take {{ include "common.mebibytes" $needed }}: set at least that
{{- end }}
{{- end }}
{{- end }}
@% endfor %@
{{- end }}
