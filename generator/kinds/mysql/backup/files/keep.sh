# Hands to restic what was taken, and forgets what is no longer wanted. It runs only where all was taken.
. /scripts/repository.sh

keep() { # FOLDER TAG…
  folder=$1
  shift
  tags=$(printf '%s,' "$@")
  repository backup --quiet --host mysql --time "$(cat "$folder/time")" --tag "${tags%,}" "$folder" ||
    fail "restic could not keep $folder: its message is above"
}

gtids() {
  tr , ';' <"$1/gtids"
}

# No lock of another run may delay the next copy of the binary log: what is locked stays until the next time.
soon() {
  status=0
  to_its_end restic --retry-lock 20s "$@" || status=$?
  [ "$status" = 0 ] || [ "$status" = "$LOCKED" ] || fail "restic could not $1: its message is above"
}

if [ -e /work/logs/gtids ]; then
  base=$(cat /work/logs/base)
  keep /work/logs logs "name=$base" "gtids=$(gtids /work/logs)"
  echo "kept: the binary log up to $(cat /work/logs/time) UTC"
  soon forget --quiet --tag "logs,name=$base" --group-by '' --keep-last 1 # each holds all of the one before it
fi
if [ -e /work/dump/name ]; then
  name=$(cat /work/dump/name)
  keep /work/dump dump "name=$name" "gtids=$(gtids /work/dump)"
  echo "kept: dump $name"
  tidy=repository
  if [ "$MODE" = logs ]; then tidy=soon; fi
  $tidy forget --quiet --tag dump --group-by '' --keep-tag verified --keep-last "$KEEP_LAST" \
    --keep-daily "$KEEP_DAILY" --keep-weekly "$KEEP_WEEKLY" --keep-monthly "$KEEP_MONTHLY"
  # A log without its dump restores nothing.
  from_repository snapshots --json >/work/snapshots.json
  orphans=$(jq -r 'def name: .tags[] | select(startswith("name="));
    [.[] | select(.tags | index("dump")) | name] as $dumps
    | .[] | select(.tags | index("logs")) | select(name as $name | $dumps | index($name) | not) | .id' /work/snapshots.json)
  [ -z "$orphans" ] || $tidy forget --quiet $orphans
  $tidy prune --quiet
fi
