# For the scripts that run restic: waits for another one's lock, and says in words what restic cannot do.
set -eu
export RESTIC_CACHE_DIR=/work/cache TMPDIR=/work
umask 077
. /scripts/to-its-end.sh # restic then leaves no lock

fail() {
  echo "error: $*" >&2
  exit 1
}

# Status 11 is restic's for a lock of another run. That of a run that was killed is stale after 30 minutes.
LOCKED=11
repository() {
  minutes=35
  while status=0 && to_its_end restic --retry-lock 1m "$@" || status=$?; [ "$status" = "$LOCKED" ] && [ "$minutes" -gt 0 ]; do
    echo 'waits for that run; if it was killed, until 30 minutes after its lock was made' >&2
    minutes=$((minutes - 1))
    restic unlock --quiet # stale locks alone
  done
  return "$status"
}

# Without a lock, for which a full volume has no room, and which may have to wait. What another run removes
# meanwhile fails loudly, and is no longer wanted.
from_repository() {
  to_its_end restic --no-lock "$@"
}

# Status 10 is restic's for a repository that is not there.
open_repository() {
  status=0
  timeout "$REACH_SECONDS" restic --no-lock cat config >/work/restic.log 2>&1 || status=$?
  case $status in
    0 | 10) return "$status" ;;
    12) fail "BACKUP_PASSWORD in Secret $SECRET does not open $RESTIC_REPOSITORY: put back the one that it was made with" ;;
    124 | 143) fail_by_log "does not answer within $REACH_SECONDS s" ;;
    *) fail_by_log 'cannot be read' ;;
  esac
}

make_repository() {
  repository init --quiet >/work/restic.log 2>&1 || fail_by_log 'cannot be made'
}

# Says what restic has said and, last, what to look at: a pod's status has the end of the log alone.
fail_by_log() {
  cat /work/restic.log >&2
  case "$RESTIC_REPOSITORY $(cat /work/restic.log)" in
    s3:*x509:*) advice='its certificate is not trusted: look at s3.caSecret, and at the host of s3.endpoint' ;;
    s3:*'Access Denied'* | s3:*'ccess key'* | s3:*'ccess Key'* | s3:*signature* | s3:*credentials*)
      advice="look at BACKUP_S3_ACCESS_KEY and BACKUP_S3_SECRET_KEY in Secret $SECRET" ;;
    s3:*'400 Bad Request'* | s3:*'301 Moved'*) advice='look at s3.region and s3.bucket' ;;
    s3:*) advice='look at s3.endpoint, s3.peers and s3.podPort' ;;
    *) advice='look at its volume' ;;
  esac
  fail "$RESTIC_REPOSITORY $1: $advice"
}
