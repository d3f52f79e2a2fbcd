{{/* "true" where a Job makes the tables in the server in place of @{ component.name }@. Takes $. */}}
{{- define "@{ component.name }@.isInitialized" -}}
{{- with .Values.global.external.@{ component.key }@ }}
{{- if and .host .initialization.enabled }}true{{ end }}
{{- end }}
{{- end }}

{{/* Pod that fills the empty database of the server in place of @{ component.name }@. Takes $. */}}
{{- define "@{ component.name }@.initializationPod" -}}
@% set server, login = component, {"url": plan.servers_url(component)} %@
{{- $authority := dict "name" "@{ component.name }@" "path" "@{ component.ca_folder }@" "server" $.Values.global.external.@{ component.key }@ }}
{{- with .Values.global.toolbox -}}
metadata:
  labels: {{- merge (dict) .podLabels (include "common.podLabels" (dict "context" $ "name" "initialize-@{ component.name }@" "tier" "platform") | fromYaml) | toYaml | nindent 4 }}
  annotations: {{- merge (dict) .podAnnotations (dict "checksum/scripts" (($.Files.Glob "files/@{ component.name }@/*").AsConfig | sha256sum)) | toYaml | nindent 4 }}
spec:
  restartPolicy: Never
  serviceAccountName: {{ $.Values.global.namePrefix }}@{ platform.name }@-initialize-@{ component.name }@
@% include "chart/templates/_toolbox-pod.jinja" %@
  containers:
    - name: initialize
      image: {{ include "common.image" (dict "context" $ "image" $.Values.@{ component.path }@.image) | quote }}
      imagePullPolicy: {{ include "common.pullPolicy" (dict "context" $ "image" $.Values.@{ component.path }@.image) }}
      command: [bash, -c]
      args:
        - |
          set -euo pipefail
@% include "kinds/mysql/_client.jinja" %@
          where="database $database at $host:$port"

          # One session from the lock to the last script: another release that does the same waits.
          trap '' PIPE  # of a client that has ended
          coproc session { exec "${client[@]}" --batch --raw --skip-column-names --unbuffered; }
          ask() {
            printf "SELECT CONCAT('answer ', COALESCE(%s, ''));\n" "$1" >&"${session[1]}" || failed
            while IFS= read -r answer <&"${session[0]}"; do
              [[ $answer != "answer "* ]] || { answer=${answer#answer }; return; }
              echo "$answer"
            done
            failed
          }
          failed() {
            echo "error: $doing: the client says why. The login is @{ login.url }@ in Secret $SECRET"
            exit 1
          }
          names=(${TABLES//,/ })
          all=${#names[@]}
          # There from before the first script until after the last one: tables alone tell nothing of rows.
          mark=@{ platform.name }@-initialization
          count="FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' AND"

          doing="$user cannot look into $where"
          echo "$user looks into $where"
          ask "GET_LOCK(LEFT(CONCAT('@{ platform.name }@ ', DATABASE()), 64), 200)"
          [[ $answer == 1 ]] || { echo "error: another run holds the lock of $where: wait for it"; exit 1; }
          ask "(SELECT COUNT(*) $count FIND_IN_SET(table_name, '$TABLES'))"
          ours=$answer
          ask "(SELECT COUNT(*) $count table_name = '$mark')"
          begun=$answer
          if ((ours == all && !begun)); then
            echo "it has all tables of the platform: nothing is changed"
            exit
          fi
          ask "(SELECT GROUP_CONCAT(table_name ORDER BY table_name SEPARATOR ', ') $count NOT FIND_IN_SET(table_name, '$TABLES,$mark'))"
          if [[ $answer ]] && ((ours < all)); then
            echo "refused: $where has $ours of the $all tables of the platform, and tables of somebody else: $answer"
            echo "allowed is an empty database, or one that has all of these: ${TABLES//,/, }"
            echo "name an empty one in @{ login.url }@ (global.external.@{ component.key }@), or make the missing tables yourself,"
            echo "or set global.external.@{ component.key }@.initialization.enabled to false; nothing was changed"
            exit 3
          fi
          ((ours == 0)) || echo "it has $ours of $all tables, as an interrupted run leaves them: the scripts run again"
          doing="$user cannot make tables in $where"
          printf 'CREATE TABLE IF NOT EXISTS `%s` (id INT PRIMARY KEY);\n' "$mark" >&"${session[1]}" || failed
          ask 1
          for script in "$SCRIPTS"/*.sql; do
            echo "runs ${script##*/}"
            doing="${script##*/} was not run to its end in $where"
            { cat "$script" && printf '\n;\n'; } >&"${session[1]}" || failed
            ask 1
          done
          printf 'DROP TABLE `%s`;\n' "$mark" >&"${session[1]}" || failed
          ask 1
          echo "it has all tables of the platform now"
      terminationMessagePolicy: FallbackToLogsOnError  # a refusal is also in the pod's status
      env:
        - {name: TABLES, value: @{ component.spec.tables() | join(",") | json }@}
        - {name: SCRIPTS, value: /etc/@{ component.name }@-scripts}
        - {name: SECRET, value: {{ include "@{ platform.name }@.earlySecretName" $ | quote }}}
        - {name: @{ login.url }@, valueFrom: {secretKeyRef: {name: {{ include "@{ platform.name }@.earlySecretName" $ | quote }}, key: @{ login.url }@}}}
      resources: {{- toYaml .resources | nindent 8 }}
      securityContext: {{- include "common.securityContext" (dict "context" $ "values" .containerSecurityContext) | nindent 8 }}
      volumeMounts:
        - {name: scripts, mountPath: /etc/@{ component.name }@-scripts, readOnly: true}
        {{- include "common.authorityMount" $authority | indent 8 }}
  volumes:
    - name: scripts
      configMap: {name: {{ $.Values.global.namePrefix }}@{ platform.name }@-initialize-@{ component.name }@}
    {{- include "common.authorityVolume" $authority | indent 4 }}
{{- end }}
{{- end }}
