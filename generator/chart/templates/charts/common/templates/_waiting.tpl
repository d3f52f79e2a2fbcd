{{/*
Shell script that waits until every address in its arguments (host:port) accepts connections, for
WAIT_SECONDS at most, with a line about every try.
*/}}
{{- define "common.waitScript" -}}
give_up=$(( `date +%s` + WAIT_SECONDS ))
for address in "$@"; do
  until nc -z -w 2 "${address%:*}" "${address##*:}"; do
    left=$(( give_up - `date +%s` ))
    [ "$left" -gt 0 ] || { echo "$address does not answer: gave up"; exit 1; }
    echo "waiting for $address, $left s left"
    sleep 2
  done
  echo "$address answers"
done
{{- end }}
