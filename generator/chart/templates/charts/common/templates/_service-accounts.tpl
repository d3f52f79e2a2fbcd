{{/*
Name of the ServiceAccount that the pods of a component run under.
Takes (dict "context" $ "name" "api" "serviceAccount" .serviceAccount).
*/}}
{{- define "common.serviceAccountName" -}}
{{- with .serviceAccount }}
{{- .name | default (ternary (print $.context.Values.global.namePrefix $.name) "default" .create) }}
{{- end }}
{{- end }}

{{/*
Volume with a token for the Kubernetes API, for the container alone that mounts it at
/var/run/secrets/kubernetes.io/serviceaccount. Takes (dict "name" "token" "expirationSeconds" 3600).
*/}}
{{- define "common.tokenVolume" -}}
- name: {{ .name }}
  projected:
    sources:
      - serviceAccountToken: {path: token, expirationSeconds: {{ .expirationSeconds }}}
      - configMap: {name: kube-root-ca.crt, items: [{key: ca.crt, path: ca.crt}]}
      - downwardAPI: {items: [{path: namespace, fieldRef: {fieldPath: metadata.namespace}}]}
{{- end }}
