{{/* Pod that creates the keys that are missing in the Secret. Takes $. */}}
{{- define "@{ platform.name }@.secretsPod" -}}
{{- with .Values.global.toolbox -}}
metadata:
  labels: {{- include "common.podLabels" (dict "context" $ "name" "create-secrets" "tier" "platform") | nindent 4 }}
spec:
  restartPolicy: Never
  serviceAccountName: {{ $.Values.global.namePrefix }}@{ secrets.object }@
  automountServiceAccountToken: false
  enableServiceLinks: false
  securityContext: {{- include "common.podSecurityContext" .podSecurityContext | nindent 4 }}
  {{- with $.Values.global.imagePullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with include "common.scheduling" (dict "context" $ "values" .) }}
  {{- . | nindent 2 }}
  {{- end }}
  containers:
    - name: create-secrets
      image: {{ include "common.image" (dict "context" $ "image" .image) | quote }}
      imagePullPolicy: {{ .image.pullPolicy }}
      command: [python3, -c]
      args:
        - |
          {{- $.Files.Get "files/create-secrets.py" | nindent 10 }}
      env:
        - {name: SECRET_NAME, value: {{ $.Values.global.namePrefix }}@{ secrets.object }@}
        - {name: SECRET_KEYS, value: {{ ($.Files.Get "files/secret-keys.json" | fromJson).keys | toJson | quote }}}
        - {name: COMPOSED_KEYS, value: {{ include "common.composedSecrets" $ | fromYaml | toJson | quote }}}
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
