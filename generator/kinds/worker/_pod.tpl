@% extends "chart/templates/charts/tier/templates/component/_pod.tpl" %@
@% block spread %@
@% include "chart/templates/charts/tier/templates/component/_spread.jinja" %@
@% endblock %@
