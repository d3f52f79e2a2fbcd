# A first start that is cut short leaves tables that are half there, and the image would never look
# at them again. So an empty directory is marked, the last init script takes the mark off, and a
# directory that still bears it is emptied. A directory that was filled elsewhere bears none.
set -euo pipefail
shopt -s nullglob dotglob
directory=${DATA_DIRECTORY:?}  # or a mistake would empty the root directory
mark=$directory/.initialising

# A member of a group has a name of its own. Nobody writes to it before it is in the group.
if [[ -v MEMBER ]]; then
  set -- "--server-id=$((${MEMBER##*-} + 1))" "--report-host=$MEMBER" \
    "--loose-group-replication-local-address=$MEMBER:${MEMBER_PORT:?}" "$@"
  # The first member fills an empty disk for good. The others replace all of theirs by a copy, time zones
  # included: the image need not load them.
  [[ $MEMBER == *-0 ]] || export MYSQL_INITDB_SKIP_TZINFO=yes
fi

contents() {
  local path
  for path in "$directory"/*; do
    [[ $path == "$mark" || $path == */lost+found ]] || echo "$path"
  done
}

if [[ -e $mark ]]; then
  echo "the last initialisation was cut short: it is started over"
  contents | while IFS= read -r path; do rm -rf "$path"; done
elif [[ -z $(contents) ]]; then
  touch "$mark"
else
  refuse_other_versions "$directory"
fi
[[ -e $mark ]] || exec docker-entrypoint.sh mysqld ${MEMBER:+--super-read-only=ON} "$@"

# The image quotes no password that it puts into SQL and option files. So it is given others, and the
# last init script sets the real ones.
for name in MYSQL_ROOT_PASSWORD MYSQL_PASSWORD; do
  [[ -v $name ]] || continue
  [[ -n ${!name} ]] || { echo "error: $name is empty in the Secret: set it"; exit 1; }
  export "REAL_$name=${!name}" "$name=$(</proc/sys/kernel/random/uuid)"
done

# The first process of a container gets no signal that it doesn't handle, and the image's entrypoint
# handles none: a pod that is deleted while it initialises would use up its whole grace period.
docker-entrypoint.sh mysqld "$@" &
trap 'kill "$!"' TERM
status=0
wait "$!" || status=$?
# A signal ends that wait, and the server is then still shutting down.
while kill -0 "$!" 2>/dev/null; do
  status=0
  wait "$!" || status=$?
done
exit "$status"
