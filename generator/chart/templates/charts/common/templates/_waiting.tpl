{{/*
Init container that waits until what a component calls accepts connections, with a time limit and
a line about every try. Callees that are disabled are not waited for; a subchart rendered on its
own knows of none. Takes (list $ . "mysql redis").
*/}}
{{- define "common.waitFor" -}}
{{- $ := index . 0 -}}
{{- $seconds := (index . 1).waitSeconds -}}
{{- $known := dig "shared" "addresses" (dict) $.Values.global -}}
{{- $addresses := list -}}
{{- range splitList " " (index . 2) }}
{{- with get $known . }}{{ $addresses = append $addresses . }}{{ end }}
{{- end }}
{{- if $addresses }}
{{- with $.Values.global.toolbox -}}
initContainers:
  - name: wait-for-dependencies
    image: {{ include "common.image" (list $ .image) }}
    imagePullPolicy: {{ .image.pullPolicy }}
    command: [sh, -c]
    args:
      - |
        give_up=$(( `date +%s` + {{ $seconds | int64 }} ))
        for address in "$@"; do
          until nc -z -w 2 "${address%:*}" "${address##*:}"; do
            left=$(( give_up - `date +%s` ))
            [ "$left" -gt 0 ] || { echo "$address does not answer: gave up"; exit 1; }
            echo "waiting for $address, $left s left"
            sleep 2
          done
          echo "$address answers"
        done
      - wait-for-dependencies
      {{- toYaml $addresses | nindent 6 }}
    resources: {{- toYaml .resources | nindent 6 }}
    securityContext: {{- include "common.containerSecurityContext" $ | nindent 6 }}
{{- end }}
{{- end }}
{{- end }}
