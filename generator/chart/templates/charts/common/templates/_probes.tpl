{{/*
What a probe asks of a process that touches a file: the file must not be older than its age.
Takes .heartbeat or .ready.
*/}}
{{- define "common.fileProbe" -}}
exec:
  command:
    - sh
    - -c
    - test $(( $(date +%s) - $(stat -c %Y "$0") )) -le "$1"
    - {{ .path | quote }}
    - {{ .maxAgeSeconds | int64 | quote }}
{{- end }}

{{/* Shell command that succeeds where every path of a list can be written to. */}}
{{- define "common.canWrite" -}}
{{- range $number, $path := . -}}
{{ if $number }} && {{ end }}test -w {{ $path }}
{{- else -}}
true
{{- end -}}
{{- end }}
