{{/* One line where the tag of an image moves. Takes $. */}}
{{- define "@{ platform.name }@.imageWarnings" -}}
{{- $moving := list }}
@% for component in plan.components %@
{{- if and (include "@{ component.name }@.runs" $) (include "common.isFloating" .Values.@{ component.path }@.image) }}
{{- $moving = append $moving (print "@{ component.path }@ (" .Values.@{ component.path }@.image.tag ")") }}
{{- end }}
@% endfor %@
{{- with $moving }}
  - The tag of an image moves, so that pods of one release may run different programs: {{ join ", " . }}. Set image.tag to a version, or image.digest.
{{- end }}
{{- end }}
