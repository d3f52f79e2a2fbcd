{{/*
Name of the claim of a shared volume. It follows the mode, because Kubernetes changes the access mode of
no claim: another mode is another claim, and the old one keeps its data.
Takes (dict "context" $ "volume" "@{ plan.volumes[0].key }@").
*/}}
{{- define "common.claimName" -}}
{{- $names := dict
@% for volume in plan.volumes %@
  "@{ volume.key }@" (dict "rwx" "@{ volume.claims["rwx"] }@" "rwo-colocated" "@{ volume.claims["rwo-colocated"] }@")
@% endfor %@
-}}
{{- $prefix := .context.Values.global.namePrefix -}}
{{- $name := get $names .volume -}}
{{- with get .context.Values.global.storage .volume -}}
{{ .existingClaim | default (print $prefix (get $name .mode)) }}
{{- end }}
{{- end }}
