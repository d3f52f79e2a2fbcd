@% extends "chart/templates/charts/tier/templates/component/_pod.tpl" %@
@% block spread %@
@% include "chart/templates/charts/tier/templates/component/_spread.jinja" %@
@% endblock %@
@% block lifecycle %@
      lifecycle:
        preStop: {sleep: {seconds: {{ .preStopSeconds | int64 }}}}  # callers leave, then the process is told to stop
@% endblock %@
