{{/* Every contradiction in the values, in one failure: a person mends them all at once. Takes $. */}}
{{- define "@{ platform.name }@.checkValues" -}}
{{- $problems := list -}}
{{- range list @{ checks | quoted }@ }}
{{- range splitList "\n" (include (print "@{ platform.name }@.problems." .) $) }}
{{- with trim . }}{{ $problems = append $problems . }}{{ end }}
{{- end }}
{{- end }}
{{- with $problems }}
{{- fail (printf "\n\nThe values contradict each other in %d place(s):\n  - %s\n" (len .) (join "\n  - " .)) }}
{{- end }}
{{- end }}
