@% extends "chart/templates/charts/tier/templates/component/_pod.tpl" %@
@% block liveness %@
@% include "chart/templates/charts/tier/templates/component/_heartbeat.jinja" %@
@% endblock %@
