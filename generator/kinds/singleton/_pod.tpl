@% extends "chart/templates/charts/tier/templates/component/_pod.tpl" %@
