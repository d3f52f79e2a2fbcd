{{/*
Every contradiction in the values, in one failure, so that a user fixes them all at once. Takes $.

To add a check, write a template <chart>.problems.<name> in a file of its own in this folder. It
prints one line for each problem: the path, a colon, what is given, and how to fix it.
*/}}
{{- define "@{ platform.name }@.checkValues" -}}
{{- $problems := list -}}
@% for check in checks %@
{{- $problems = concat $problems (include "@{ platform.name }@.problems.@{ check }@" $ | splitList "\n") -}}
@% endfor %@
{{- with without $problems "" | uniq }}
{{- fail (printf "\n\nThe values contradict each other in %d place(s):\n  - %s\n" (len .) (join "\n  - " .)) }}
{{- end }}
{{- end }}
