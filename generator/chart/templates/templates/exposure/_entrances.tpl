{{/*
Ways in by ingress or gateway, as YAML: component → its host, its path as URLs have it, and the first
component of the same host, whose listener and certificate are those of all. Takes $.
*/}}
{{- define "@{ platform.name }@.entrances" -}}
{{- $first := dict }}
{{- $certificates := dict }}
@% for component in plan.exposed %@
{{- with .Values.@{ component.path }@.ingress }}
{{- if and (include "@{ component.name }@.runs" $) (include "common.routed" (dict "context" $ "ingress" .)) }}
{{- $host := include "common.hostname" (dict "context" $ "own" .hostname "prefix" "@{ component.host_prefix }@") }}
{{- if not (hasKey $first $host) }}
{{- $_ := set $first $host "@{ component.name }@" }}
{{- $_ := set $certificates $host (include "common.certificate" (dict "context" $ "own" .tlsSecretName "name" "@{ component.name }@")) }}
{{- end }}
@{ component.name }@:
  host: {{ $host | quote }}
  path: {{ include "common.urlPath" .path | quote }}
  first: {{ get $first $host }}
  certificate: {{ get $certificates $host | quote }}
{{- end }}
{{- end }}
@% endfor %@
{{- end }}
