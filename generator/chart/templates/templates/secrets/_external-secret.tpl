{{/*
What the External Secrets Operator is asked for, as the spec of an ExternalSecret.
Takes (dict "context" $ "name" "@{ secrets.object }@" "creationPolicy" "Orphan").
*/}}
{{- define "@{ platform.name }@.externalSecret" -}}
{{- $context := .context }}
{{- with $context.Values.global.secrets }}
{{- $needed := include "@{ platform.name }@.secretKeys" $context | fromYaml }}
{{- $made := dict }}
@% if composed_secrets %@
{{- /* {MYSQL_PASSWORD} in a composed key becomes an action of the operator's own template. */ -}}
{{- range $key, $text := include "common.composedSecrets" $context | fromYaml }}
{{- if has $key $needed.required }}
{{- $_ := set $made $key (regexReplaceAll "{([A-Z0-9_]+)}" $text "{{ .${1} | urlquery | replace \"+\" \"%20\" }}") }}
{{- end }}
{{- end }}
@% endif %@
@% for name, key in plan.fixed_secrets.items() %@
{{- if and (has "@{ name }@" $needed.required) (not (or .externalSecrets.key .externalSecrets.remoteRefs.@{ name }@)) }}
{{- $_ := set $made "@{ name }@" @{ key.fixed | json }@ }}
{{- end }}
@% endfor %@
{{- /* A template that names a key fails without it: the operator then writes no Secret that lacks it. */ -}}
{{- range $key := $needed.required }}
{{- if not (or (hasKey $made $key) (hasKey $context.Values.global.secrets.externalSecrets.remoteRefs $key)) }}
{{- $_ := set $made $key (printf "{{ .%s }}" $key) }}
{{- end }}
{{- end }}
refreshInterval: {{ .externalSecrets.refreshInterval | quote }}
secretStoreRef: {{- toYaml .externalSecrets.secretStoreRef | nindent 2 }}
target:
  name: {{ $context.Values.global.namePrefix }}{{ $.name }}
  creationPolicy: {{ $.creationPolicy }}
  deletionPolicy: Retain
  template:
    engineVersion: v2
    mergePolicy: Merge
    metadata:
      annotations: {@{ platform.name }@/secrets-source: externalSecrets}
    data: {{- toYaml $made | nindent 6 }}
# The store holds every key but those composed or fixed above.
{{- with .externalSecrets.key }}
dataFrom:
  - extract:
      key: {{ . | quote }}
      {{- toYaml $context.Values.global.secrets.externalSecrets.extract | nindent 6 }}
{{- end }}
{{- with .externalSecrets.remoteRefs }}
data:
  {{- range $key, $reference := . }}
  - secretKey: {{ $key | quote }}
    remoteRef: {{- merge (dict) $reference $context.Values.global.secrets.externalSecrets.extract | toYaml | nindent 6 }}
  {{- end }}
{{- end }}
{{- end }}
{{- end }}
