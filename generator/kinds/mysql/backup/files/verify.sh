# Proves that the newest backup restores, and that it is not older than it may be.
. /scripts/client.sh
. /scripts/rebuild.sh

rebuild
newest=$(sort /work/*/time | tail -n 1)
age=$(($(date +%s) - $(date -d "$newest UTC" +%s)))
echo "the newest backup is of $newest UTC, $age s ago"
((age <= MOST_AGE_SECONDS)) ||
  fail "the newest backup is $age s old, and $MOST_AGE_SECONDS s are allowed: look at the Jobs of CronJob $BINLOGS"
