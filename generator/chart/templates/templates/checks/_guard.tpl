{{/* One line per guard whose times leave no room for each other. Takes $. */}}
{{- define "@{ platform.name }@.problems.guard" -}}
@% for component in plan.guarded %@
{{- with .Values.@{ component.path }@ }}
{{- if and .enabled .guard.enabled }}
{{- with .guard }}
{{- $longest := sub .leaseDuration 4 }}
{{- if gt (.renewDeadline | int64) $longest }}
@{ component.path }@.guard.renewDeadline: is {{ .renewDeadline | int64 }}, but must be at least 4 less than leaseDuration, {{ .leaseDuration | int64 }}: in that time @{ component.name }@ is ended; set it to {{ $longest }} or less, or leaseDuration to {{ add .renewDeadline 4 }} or more
{{- end }}
{{- if lt (.renewDeadline | int64) (add .retryPeriod 2) }}
@{ component.path }@.guard.retryPeriod: is {{ .retryPeriod | int64 }}, but must be at least 2 less than renewDeadline, {{ .renewDeadline | int64 }}, so that more than one renewal is tried; set it to less, or renewDeadline to {{ add .retryPeriod 2 }} or more
{{- end }}
{{- end }}
{{- end }}
{{- end }}
@% endfor %@
{{- end }}
