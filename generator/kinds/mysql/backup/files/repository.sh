# For the scripts that run restic: waits for another one's lock, and says in words what restic cannot do.
set -eu
export RESTIC_CACHE_DIR=/work/cache TMPDIR=/work
umask 077

fail() {
  echo "error: $*" >&2
  exit 1
}

# A lock whose owner was killed counts as stale after 30 minutes.
repository() {
  restic --retry-lock 35m "$@"
}

# Status 10 is restic's for a repository that is not there.
open_repository() {
  status=0
  timeout "$REACH_SECONDS" restic cat config >/work/restic.log 2>&1 || status=$?
  cat=$(cat /work/restic.log)
  case $status in
    0 | 10) return "$status" ;;
    12) fail "BACKUP_PASSWORD in Secret $SECRET does not open $RESTIC_REPOSITORY: put back the one that it was made with" ;;
    124 | 143) fail "$RESTIC_REPOSITORY does not answer within $REACH_SECONDS s: look at its address, network policies and credentials. $cat" ;;
    *) fail "$RESTIC_REPOSITORY cannot be read: $cat" ;;
  esac
}
