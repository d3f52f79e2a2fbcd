{{/* What stays when the release is uninstalled, as words for kubectl: pvc/mysql-pvc. Takes $. */}}
{{- define "@{ platform.name }@.kept" -}}
{{- $kept := list }}
@% for component in plan.components if component.storage %@
{{- with .Values.@{ component.path }@.persistence }}
{{- if and (include "@{ component.name }@.runs" $) .enabled (not .existingClaim) }}
{{- $kept = append $kept (print "pvc/" $.Values.global.namePrefix "@{ component.storage.claim }@") }}
{{- end }}
{{- end }}
@% endfor %@
@% for component in plan.components if component.spec.parts() %@
{{- with .Values.@{ component.path }@.backup }}
{{- if and (include "@{ component.name }@.isBackedUp" $) (eq .destination "claim") (not .persistence.existingClaim) }}
{{- $kept = append $kept (print "pvc/" $.Values.global.namePrefix "@{ component.spec.backup.claim }@") }}
{{- end }}
{{- end }}
@% endfor %@
@% for volume in plan.volumes %@
{{- if include "@{ volume.name }@.isClaimed" $ }}
{{- $kept = append $kept (print "pvc/" (include "common.claimName" (dict "context" $ "volume" "@{ volume.key }@"))) }}
{{- end }}
@% endfor %@
@% if secrets %@
{{- if ne .Values.global.secrets.source "existing" }}
{{- $kept = append $kept (print "secret/" .Values.global.namePrefix "@{ secrets.object }@") }}
{{- end }}
@% endif %@
{{- join " " $kept }}
{{- end }}
