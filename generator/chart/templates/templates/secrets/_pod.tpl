{{/* Pod that creates what is missing in the Secret. Takes $. */}}
{{- define "@{ platform.name }@.secretsPod" -}}
{{- $config := include "@{ platform.name }@.config" $ | fromYaml -}}
{{- with .Values.global.toolbox -}}
metadata:
  labels: {{- include "common.podLabels" (list $ "secrets" "platform") | nindent 4 }}
spec:
  restartPolicy: Never
  serviceAccountName: {{ include "common.name" (list $ "@{ secrets.object }@") }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with include "common.imagePullSecrets" $ }}
  {{- . | nindent 2 }}
  {{- end }}
  securityContext: {{- include "common.podSecurityContext" . | nindent 4 }}
  containers:
    - name: create-secrets
      image: {{ include "common.image" (list $ .image) }}
      imagePullPolicy: {{ .image.pullPolicy }}
      command: [python3, -c]
      args:
        - |
          {{- $.Files.Get "files/create-secrets.py" | nindent 10 }}
      env:
        - {name: SECRET_NAME, value: {{ include "common.name" (list $ "@{ secrets.object }@") }}}
        - {name: SECRET_KEYS, value: {{ ($.Files.Get "files/secret-keys.json" | fromJson).keys | toJson | quote }}}
        - {name: CONFIG, value: {{ pick $config@% for name in compose_config_keys %@ "@{ name }@"@% endfor %@ | toJson | quote }}}
      resources: {{- toYaml .resources | nindent 8 }}
      securityContext: {{- include "common.containerSecurityContext" $ | nindent 8 }}
      volumeMounts:
        - {name: token, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}
  volumes:
    - name: token
      projected:
        sources:
          - serviceAccountToken: {path: token, expirationSeconds: 600}
          - configMap: {name: kube-root-ca.crt, items: [{key: ca.crt, path: ca.crt}]}
          - downwardAPI: {items: [{path: namespace, fieldRef: {fieldPath: metadata.namespace}}]}
{{- end }}
{{- end }}
