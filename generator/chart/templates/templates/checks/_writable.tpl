{{/* One line per writable path that cannot be mounted. Takes $. */}}
{{- define "@{ platform.name }@.problems.writable" -}}
@% for component in plan.components %@
{{- if include "@{ component.name }@.runs" $ }}
{{- $taken := dict@% for mount in mounts[component.name] %@ @{ mount.path | json }@ "@{ mount.name }@"@% endfor %@ }}
{{- include "@{ platform.name }@.problems.writableOfPod" (dict "path" "@{ component.path }@" "writable" .Values.@{ component.path }@.writable "taken" $taken "volumes" (list@{ " " + component.spec.shared_volumes | quoted if component.spec.shared_volumes }@)) }}
{{- end }}
@% endfor %@
{{- end }}

{{/*
Takes (dict "path" "application.api" "writable" .Values.application.api.writable "taken" (dict "/app/logs" "logs") "volumes" (list "logs")):
what else is mounted, by path, and the shared volumes that the pod has.
*/}}
{{- define "@{ platform.name }@.problems.writableOfPod" -}}
{{- $at := .path -}}
{{- $taken := .taken -}}
{{- $volumes := .volumes -}}
{{- $names := dict -}}
{{- range $name := concat (values $taken) $volumes }}{{ $_ := set $names $name (print "the volume " $name) }}{{ end -}}
{{- range $path, $given := .writable }}
{{- with get $taken (clean $path) }}
{{ $at }}.writable: {{ $path }} is where the volume {{ . }} is mounted: choose another path
{{- end }}
{{- if $given.volume }}
{{- if not (has $given.volume $volumes) }}
{{ $at }}.writable: {{ $path }} names the volume {{ $given.volume }}, but its pods have {{ join ", " $volumes | default "no shared volume" }}: give a size, or mount it in the spec
{{- end }}
{{- else }}
{{- $name := include "common.volumeName" $path }}
{{- with get $names $name }}
{{ $at }}.writable: the volume at {{ $path }} would be named {{ $name }}, as {{ . }} is: choose another path
{{- end }}
{{- $_ := set $names $name (print "that of " $path) }}
{{- end }}
{{- end }}
{{- end }}
