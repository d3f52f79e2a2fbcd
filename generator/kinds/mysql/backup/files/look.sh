# Lists what the repository holds, before anything is read from the database.
. /scripts/repository.sh
. /scripts/repair.sh

status=0
open_repository || status=$?
if [ "$status" = 10 ]; then
  [ "$MAY_CREATE" = true ] || fail "there is no backup in $RESTIC_REPOSITORY"
  echo "there is no repository in $RESTIC_REPOSITORY: it is made"
  make_repository
fi
restic unlock --quiet  # stale locks alone
[ "${REPAIR:-}" != true ] || repair
from_repository snapshots --json >/work/snapshots.json
echo "$RESTIC_REPOSITORY has $(jq 'map(select(.tags | index("dump"))) | length' /work/snapshots.json) dumps"
