{{/* One line per component that waits for one that will never answer. Takes $. */}}
{{- define "@{ platform.name }@.problems.waiting" -}}
@% for flow in plan.flows %@
{{- if and (include "@{ flow.caller.name }@.runs" $) (has "@{ flow.callee.name }@" .Values.@{ flow.caller.path }@.waitFor) (not (include "@{ flow.callee.name }@.answers" $)) }}
@{ flow.caller.path }@.waitFor: names @{ flow.callee.name }@, which is disabled; remove it from waitFor, or enable @{ flow.callee.path }@@{ ", or name a server in global.external." + flow.callee.key + ".host" if flow.callee.replaceable }@
{{- end }}
@% endfor %@
{{- end }}
