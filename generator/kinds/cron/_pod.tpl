@% extends "chart/templates/charts/tier/templates/component/_pod.tpl" %@
@% block restart %@
  restartPolicy: Never  # a new try is a new pod, and the log of each is kept
@% endblock %@
