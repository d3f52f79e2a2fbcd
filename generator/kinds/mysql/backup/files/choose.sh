# Refuses to restore over what is in use, and chooses what is restored: the newest of all, or what was there
# at the time RESTORE_UNTIL or with the transactions RESTORE_GTIDS.
. /scripts/client.sh
. /scripts/measure.sh

refuse_what_is_in_use() {
  local users table rows
  users=$(ask "SELECT CONCAT(user, ' (', COUNT(*), ')') FROM information_schema.processlist
    WHERE user NOT IN ('root', 'event_scheduler', 'system user', 'unauthenticated user')
      AND user NOT LIKE 'mysql.%' GROUP BY user" | tr '\n' ' ')
  [[ -z $users ]] || refuse "these are connected: ${users% }. Stop what uses the database"
  # Not those of the init scripts, which a server that has just been made has too.
  [[ $(ask "SELECT COUNT(*) FROM information_schema.user_attributes WHERE user = 'root' AND host = 'localhost'
    AND JSON_UNQUOTE(attribute->'$.initialised') = REPLACE(@@global.gtid_executed, CHAR(10), '')") == 0 ]] || return 0
  measurements "${live[@]}" | sed 's/;.*/;/' | "${live[@]}" | while IFS=$'\t' read -r table rows; do
    ((rows == 0)) || refuse "$table has $rows rows"
  done
}

refuse() {
  fail "$1, and RESTORE_OVERWRITE is not $MYSQL_DATABASE: with it, all of this is replaced. Nothing was changed"
}

# Nothing in a dump is later than its time, and all in a log is there up to its time.
chosen() {
  { snapshots && echo "SELECT name, dumps.id, COALESCE(logs.id, ''), dumps.time,
      COALESCE(logs.time, dumps.time - INTERVAL 1 SECOND) AS latest, COALESCE(logs.gtids, dumps.gtids)
    FROM dumps LEFT JOIN logs USING (name) WHERE $1 ORDER BY $2 DESC, dumps.time DESC, logs.time DESC LIMIT 1"; } | "${live[@]}"
}

[[ $RESTORE_OVERWRITE == "$MYSQL_DATABASE" ]] || refuse_what_is_in_use
[[ -z $RESTORE_UNTIL || -z $RESTORE_GTIDS ]] || fail 'RESTORE_UNTIL and RESTORE_GTIDS are both set: choose one'
condition=TRUE best=latest what='the newest backup'
if [[ $RESTORE_UNTIL ]]; then
  form='^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?Z?$'
  [[ $RESTORE_UNTIL =~ $form ]] || fail "RESTORE_UNTIL is '$RESTORE_UNTIL': write 2026-11-29 14:30:00, in UTC"
  time=${RESTORE_UNTIL%Z}
  condition="dumps.time <= '$time'" best="COALESCE(logs.time >= '$time', 0)" what="what was there at $time UTC"
elif [[ $RESTORE_GTIDS ]]; then
  form='^[0-9a-fA-F:,-]+$'
  [[ $RESTORE_GTIDS =~ $form ]] || fail "RESTORE_GTIDS is '$RESTORE_GTIDS': write a set such as 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-23"
  condition="GTID_SUBSET(dumps.gtids, '$RESTORE_GTIDS')" best="COALESCE(GTID_SUBSET('$RESTORE_GTIDS', logs.gtids), 0)"
  what="what was there with $RESTORE_GTIDS"
fi
found=$(chosen "$condition" "$best")
[[ $found ]] || fail "no dump is old enough to restore $what"
IFS=$'\t' read -r name dump logs from to gtids <<<"${found//$'\t\t'/$'\t'-$'\t'}"
[[ -z $RESTORE_UNTIL || $(ask "SELECT TIMESTAMP('$time') <= '$to'") == 1 ]] ||
  fail "the backups end at $to UTC, before $time: restore the newest one, without RESTORE_UNTIL"
[[ -z $RESTORE_GTIDS || $(ask "SELECT GTID_SUBSET('$RESTORE_GTIDS', '$gtids')") == 1 ]] ||
  fail "the backups have $gtids, and not all of $RESTORE_GTIDS"
printf '%s\n' "$dump" "${logs#-}" >/work/chosen
[[ -z $RESTORE_GTIDS ]] || echo "SQL_AFTER_GTIDS = '$RESTORE_GTIDS'" >/work/until
echo "restores $what, from dump $name of $from UTC and its binary log up to $to UTC"
