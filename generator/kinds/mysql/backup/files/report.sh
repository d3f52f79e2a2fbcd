# Runs a step of a Job. Where it ends the run, because it has failed or is the last one, a file for
# Prometheus says how it ended: https://prometheus.io/docs/instrumenting/exposition_formats/
# A file that cannot be written fails no backup.
set -u
. /scripts/to-its-end.sh
file=/metrics/$CRONJOB.prom

metric() { # NAME VALUE HELP
  echo "# HELP ${METRIC}_$1 $3"
  echo "# TYPE ${METRIC}_$1 gauge"
  echo "${METRIC}_$1{cronjob=\"$CRONJOB\"} $2"
}

# What the last run has written, or else another value.
before() { # NAME VALUE
  value=$(sed -n "s/^${METRIC}_$1{.*} //p" "$file" 2>/dev/null)
  echo "${value:-$2}"
}

metrics() { # SUCCESS
  began=$(cat /work/began)
  succeeded=$(before last_success_timestamp_seconds 0)
  [ "$1" = 0 ] || succeeded=$began
  bytes=$(before dump_size_bytes '')
  [ "$1" = 0 ] || [ ! -e /work/dump/dump.sql.zst ] || bytes=$(wc -c </work/dump/dump.sql.zst)
  metric last_run_timestamp_seconds "$began" 'Time at which the last run began.'
  metric last_run_success "$1" 'Whether the last run has succeeded.'
  metric last_run_duration_seconds $(($(date +%s) - began)) 'Time that the last run took.'
  metric last_success_timestamp_seconds "$succeeded" 'Time at which the last run began that has succeeded, 0 if none has.'
  [ -z "$bytes" ] || metric dump_size_bytes $bytes 'Size of the last dump, compressed.'
}

report() { # SUCCESS
  new=/metrics/.$CRONJOB.${HOSTNAME:-} # two runs by hand may end at once
  # Whoever reads it has another account. A reader sees the old file or the new one, and no half.
  (umask 022 && metrics "$1" >"$new") && mv "$new" "$file" ||
    echo "warning: $file could not be written: is there room, and may this account write?" >&2
}

[ -e /work/began ] || date +%s >/work/began
status=0
to_its_end "$@" || status=$?
if [ "$status" != 0 ]; then
  report 0
elif [ "$IS_LAST" = true ]; then
  report 1
fi
exit "$status"
