# Brings from the repository what is restored: what was chosen, or else the newest dump and its log.
. /scripts/repository.sh

status=0
open_repository || status=$?
[ "$status" != 10 ] || fail "there is no backup in $RESTIC_REPOSITORY"
if [ ! -e /work/chosen ]; then
  echo 'restic checks the repository'
  if ! repository check --quiet --read-data-subset "$READ_DATA"; then
    # It also fails where there is no room for its lock, and then this does as well.
    to_its_end restic list --quiet snapshots >/dev/null 2>/work/restic.log || fail_by_log 'cannot be checked'
    fail "$RESTIC_REPOSITORY is damaged: docs/runbooks/backups.md says what to do"
  fi
  from_repository snapshots --json >/work/snapshots.json
  jq -r 'def name: .tags[] | select(startswith("name="));
    (map(select(.tags | index("dump"))) | max_by(.time)) as $dump
    | $dump.id, ([.[] | select(.tags | index("logs")) | select(name == ($dump | name))] | max_by(.time) | .id // "")' \
    /work/snapshots.json >/work/chosen
fi
{
  read -r dump
  read -r logs || logs=
} </work/chosen
[ "${dump:-null}" != null ] || fail "there is no dump in $RESTIC_REPOSITORY yet"
bring() {
  from_repository restore --quiet "$1:/work/$2" --target "/work/$2" || fail "restic could not bring $2: its message is above"
}
rm -rf /work/dump /work/logs # of a step before, as in the pod of helm test
echo "brings dump $dump"
bring "$dump" dump
if [ -n "$logs" ]; then
  echo "brings the binary log $logs"
  bring "$logs" logs
fi
