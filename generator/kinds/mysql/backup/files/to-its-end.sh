# Runs a program and, where the Job is ended, passes the signal on and waits: the first process of a container
# gets no signal that it does not handle. The status is that of the program.
to_its_end() {
  "$@" &
  running=$!
  trap 'kill "$running" || true' TERM
  while true; do
    status=0
    wait "$running" || status=$?
    kill -0 "$running" 2>/dev/null || break # a signal ends the wait, and not yet the program
  done
  trap - TERM
  return "$status"
}
