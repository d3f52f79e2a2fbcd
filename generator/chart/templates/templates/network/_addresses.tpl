{{/*
How a range of addresses is to 169.254.0.0/16, where clouds keep the credentials of a machine:
"within", "around", or nothing. The first 16 bits of an address are a number here: 169.254 is
169 * 256 + 254 = 43518. Takes the range.
*/}}
{{- define "@{ platform.name }@.metadataService" -}}
{{- if hasSuffix ":/0" . }}around{{ end }}
{{- if regexMatch "^[0-9.]+/[0-9]+$" . }}
{{- $parts := regexSplit "[./]" . -1 }}
{{- $bits := index $parts 4 | int }}
{{- $start := add (mul 256 (index $parts 0 | int)) (index $parts 1 | int) }}
{{- $size := 1 }}
{{- range until (sub 16 (min $bits 16) | int) }}{{ $size = mul 2 $size }}{{ end }}
{{- if eq (div $start $size) (div 43518 $size) }}{{ ternary "within" "around" (ge $bits 16) }}{{ end }}
{{- end }}
{{- end }}

{{/* Range of addresses as a peer, without those of link-local services. Takes the range. */}}
{{- define "@{ platform.name }@.addressRange" -}}
ipBlock:
  cidr: {{ . | quote }}
  {{- if include "@{ platform.name }@.metadataService" . }}
  except: [{{ ternary "fe80::/10, fd00:ec2::254/128" "169.254.0.0/16" (contains ":" .) }}]
  {{- end }}
{{- end }}
@% if plan.replaceable %@

{{/* Peers that are a server outside the release: its host where nothing else names it. Takes its section of global.external. */}}
{{- define "@{ platform.name }@.serverPeers" -}}
{{- range ternary (list (print .host "/32")) .cidrs (and (empty .cidrs) (empty .peers)) }}
- {{ include "@{ platform.name }@.addressRange" . | nindent 2 | trim }}
{{- end }}
{{- with .peers }}
{{ toYaml . }}
{{- end }}
{{- end }}
@% endif %@
