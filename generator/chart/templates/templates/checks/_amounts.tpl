{{/*
What a pod counts for, {requests.cpu: 0.25}: its containers and sidecars together, or an init container
with the sidecars before it, whichever is more.
https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#resource-sharing-within-containers
Takes (dict "context" $ "values" .Values.application.api "resources" $resources).
*/}}
{{- define "@{ platform.name }@.podAmounts" -}}
{{- $context := .context }}
{{- $running := include "@{ platform.name }@.amounts" (dict "context" $context "container" (pick . "resources")) | fromYaml }}
{{- range dig "extraContainers" list .values }}
{{- include "@{ platform.name }@.addAmounts" (dict "sums" $running "amounts" (include "@{ platform.name }@.amounts" (dict "context" $context "container" .) | fromYaml) "pods" 1) }}
{{- end }}
{{- $waiting := list }}
{{- if dig "waitFor" list .values }}
{{- $waiting = list (dict "name" "wait-for-dependencies" "resources" $context.Values.global.toolbox.resources) }}
{{- end }}
{{- if dig "guard" "enabled" false .values }}
{{- $waiting = append $waiting (dict "name" "guard" "restartPolicy" "Always" "resources" .values.guard.resources) }}
{{- end }}
{{- if eq (dig "mode" "" .values) "groupReplication" }}
{{- $waiting = append $waiting (dict "name" "agent" "restartPolicy" "Always" "resources" $context.Values.global.toolbox.resources) }}
{{- end }}
{{- $sidecars := dict }}
{{- $most := dict }}
{{- range include "common.listByKey" (dict "key" "name" "own" (dig "extraInitContainers" list .values) "chart" (toYaml $waiting)) | fromYamlArray }}
{{- $own := include "@{ platform.name }@.amounts" (dict "context" $context "container" .) | fromYaml }}
{{- if eq (dig "restartPolicy" "" .) "Always" }}
{{- include "@{ platform.name }@.addAmounts" (dict "sums" $sidecars "amounts" $own "pods" 1) }}
{{- else }}
{{- include "@{ platform.name }@.addAmounts" (dict "sums" $own "amounts" $sidecars "pods" 1) }}
{{- range $name, $amount := $own }}
{{- $_ := set $most $name (maxf $amount (get $most $name | default 0.0)) }}
{{- end }}
{{- end }}
{{- end }}
{{- include "@{ platform.name }@.addAmounts" (dict "sums" $running "amounts" $sidecars "pods" 1) }}
{{- range $name, $amount := $most }}
{{- $_ := set $running $name (maxf $amount (get $running $name | default 0.0)) }}
{{- end }}
{{- toYaml $running }}
{{- end }}

{{/*
Requests and limits of a container as numbers, {requests.cpu: 0.25}, with what Kubernetes and the LimitRange
fill in. Takes (dict "context" $ "container" (dict "resources" .resources)).
*/}}
{{- define "@{ platform.name }@.amounts" -}}
{{- $limits := dig "resources" "limits" dict .container }}
{{- $requests := merge (dict) (dig "resources" "requests" dict .container) $limits }}
{{- with .context.Values.limitRange }}
{{- if .enabled }}
{{- $limits = merge (dict) $limits .default }}
{{- $requests = merge (dict) $requests .defaultRequest }}
{{- end }}
{{- end }}
{{- $amounts := dict }}
{{- range $name, $amount := $limits }}{{ $_ := set $amounts (print "limits." $name) (include "common.number" $amount | float64) }}{{ end }}
{{- range $name, $amount := $requests }}{{ $_ := set $amounts (print "requests." $name) (include "common.number" $amount | float64) }}{{ end }}
{{- toYaml $amounts }}
{{- end }}

{{/* Takes (dict "sums" $sums "amounts" $amounts "pods" 2). */}}
{{- define "@{ platform.name }@.addAmounts" -}}
{{- range $name, $amount := .amounts }}
{{- $_ := set $.sums $name (addf (get $.sums $name | default 0.0) (mulf $amount $.pods)) -}}
{{- end }}
{{- end }}
