@% extends "chart/templates/charts/tier/templates/component/_pod.tpl" %@
@% block spread %@
@% include "chart/templates/charts/tier/templates/component/_spread.jinja" %@
@% endblock %@
@% block lifecycle %@
      lifecycle:
        {{- if not (hasKey .lifecycle "preStop") }}
        preStop: {sleep: {seconds: {{ .preStopSeconds | int64 }}}}  # callers leave, then the process is told to stop
        {{- end }}
        {{- with .lifecycle }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
@% endblock %@
