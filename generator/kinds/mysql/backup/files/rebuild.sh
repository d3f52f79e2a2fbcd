# Makes a throw-away server what the platform's was: loads the dump, compares each table with what was there
# when it was taken, and applies the binary log up to UNTIL, or all of it. For other scripts to read.
. /scripts/server.sh
. /scripts/measure.sh

rebuild() {
  start_server
  echo "loads dump $(</work/dump/name)"
  zstd --quiet --decompress --stdout /work/dump/dump.sql.zst | MYSQL_PWD='' "${thrown[@]}" ||
    fail 'the dump cannot be loaded: the message is above'
  MYSQL_PWD='' "${thrown[@]}" </work/dump/accounts.sql
  MYSQL_PWD='' measure "${thrown[@]}" >/work/measured
  if [[ $(tell 'SELECT VERSION()') != "$(</work/dump/version)" ]]; then
    echo "the dump is of version $(</work/dump/version): rows are compared, and checksums are not"
    sed -i "/^\`/!d" /work/measured /work/dump/measured
  fi
  compare /work/dump/measured /work/measured 'the dump does not hold what the server held'
  echo "rows and checksums of $(grep -c "^\`" /work/measured) tables are those of $(</work/dump/time) UTC"
  count_as_done "$(</work/dump/gtids)"
  [[ ! -e /work/logs/gtids ]] || replay
}

replay() {
  local until="SQL_AFTER_GTIDS = '$(</work/logs/gtids)'" error running
  [[ ! -s /work/until ]] || until=$(</work/until)
  if [[ $until == SQL_AFTER* && $(tell "SELECT GTID_SUBSET(${until#*= }, @@global.gtid_executed)") == 1 ]]; then
    echo 'the binary log has nothing more'
    return
  fi
  echo "applies the binary log until $until"
  tell "CHANGE REPLICATION SOURCE TO SOURCE_HOST = 'archive', RELAY_LOG_FILE = '$(head -n 1 /work/logs/relay.index)',
    RELAY_LOG_POS = 4"
  tell "START REPLICA SQL_THREAD UNTIL $until"
  while running=$(replica_status Replica_SQL_Running) && [[ $running == Yes ]]; do
    ((SECONDS % 10)) || echo "applied: $(tell "SELECT REPLACE(@@global.gtid_executed, CHAR(10), '')")"
    sleep 1
  done
  error=$(replica_status Last_SQL_Error)
  [[ -z $error ]] || fail "the binary log cannot be applied: $error"
  tell "SELECT REPLACE(@@global.gtid_executed, CHAR(10), '')" >/work/restored
  echo "applied: $(</work/restored)"
}
