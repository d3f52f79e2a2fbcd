# Takes from the platform's server what the next restore needs: its binary log since the last dump and,
# where MODE is dump or there is no dump to which the log belongs, a dump and what is in it.
. /scripts/client.sh
. /scripts/server.sh
. /scripts/measure.sh

executed="SELECT REPLACE(@@global.gtid_executed, CHAR(10), '')"
second="'%Y-%m-%d %H:%i:%s'"

# A group is read from a replica, whose work nobody waits for. The Service may lead to any of them, so all
# connections go to the one that it leads to now, by the name of that server.
connect_to_a_replica() {
  local name
  connect_to "${READ_ADDRESS%:*}"
  name=$("${client[@]}" --execute="SELECT COALESCE(@@report_host, '')" 2>/dev/null) || name=
  connect_to "${name:-${ADDRESS%:*}}"
}

# A dump fits if all of it is this server's past, and if all since then is still in its binary log.
last_dump() {
  { snapshots && echo "SELECT name, gtids FROM dumps WHERE GTID_SUBSET(gtids, @@global.gtid_executed)
    AND GTID_SUBSET(@@global.gtid_purged, gtids) ORDER BY time DESC LIMIT 1"; } | "${client[@]}"
}

# As a replica does: the server sends each transaction that is not in the dump, also those of its present file.
# All that was acknowledged up to the time, which is rounded down, is in the log.
follow() {
  local until received error deadline=$((SECONDS + FOLLOW_SECONDS)) secure=0
  ask "SELECT DATE_FORMAT(UTC_TIMESTAMP(), $second)" >/work/logs/time
  until=$(ask "$executed")
  [[ -z $("${client[@]}" --execute="SHOW SESSION STATUS LIKE 'Ssl_cipher'" | cut -f 2) ]] || secure=1
  tell "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '$host', SOURCE_PORT = $port, SOURCE_AUTO_POSITION = 1,
    SOURCE_SSL = $secure, GET_SOURCE_PUBLIC_KEY = 1"
  # Not by --execute: the password would be among the arguments of a process.
  printf "START REPLICA IO_THREAD USER = 'root' PASSWORD = '%s';\n" "$(quoted "$MYSQL_ROOT_PASSWORD")" |
    MYSQL_PWD='' "${thrown[@]}"
  while true; do
    received=$(replica_status Retrieved_Gtid_Set)
    [[ $(tell "SELECT GTID_SUBSET('$until', CONCAT(@@global.gtid_executed, ',', '$received'))") != 1 ]] || break
    error=$(replica_status Last_IO_Error)
    [[ -z $error ]] || fail "the binary log cannot be read: $error"
    ((SECONDS < deadline)) || fail "the binary log was not read to its end within $FOLLOW_SECONDS s"
    sleep 0.5
  done
  tell 'STOP REPLICA IO_THREAD'
  echo "$until" >/work/logs/gtids
  echo "$base" >/work/logs/base
  echo "binary log since dump $base: $(du -sh /work/logs | cut -f 1), up to $(</work/logs/time) UTC"
}

quoted() {
  local text=${1//\\/\\\\}
  printf %s "${text//\'/\'\'}"
}

# A session of its own, for what must be seen as of one moment.
open_session() {
  mkfifo /work/asked /work/told
  "${client[@]}" --unbuffered </work/asked >/work/told 2>&1 &
  exec 3>/work/asked 4</work/told
}

in_session() {
  local answer
  echo "$1; SELECT 'done';" >&3
  while IFS= read -r answer <&4; do
    [[ $answer != done ]] || return 0
    [[ $answer != ERROR* ]] || fail "$answer"
    echo "$answer"
  done
  fail 'the session with the server has ended'
}

# Writes wait from FLUSH to UNLOCK, until mysqldump and this session both see the same moment. Nothing in the
# dump is later than its time, which is rounded up.
dump() {
  local names line dumping packing
  mkdir /work/dump
  lock
  open_session
  names=$(databases "${client[@]}")
  mapfile -t names <<<"$names"
  accounts "${client[@]}" >/work/dump/accounts.sql
  in_session "SET SESSION lock_wait_timeout = 60, SESSION transaction_isolation = 'REPEATABLE-READ'"
  in_session 'FLUSH TABLES WITH READ LOCK'
  in_session 'START TRANSACTION WITH CONSISTENT SNAPSHOT'
  ask "SELECT DATE_FORMAT(UTC_TIMESTAMP() + INTERVAL 1 SECOND, $second)" >/work/dump/time
  in_session "$executed" >/work/dump/gtids
  in_session 'SELECT VERSION()' >/work/dump/version
  mkfifo /work/dumped
  mysqldump "${connection[@]}" --single-transaction --set-gtid-purged=OFF --no-tablespaces --hex-blob --routines \
    --events --max-allowed-packet=1G --databases "${names[@]}" >/work/dumped &
  dumping=$!
  zstd --quiet --rsyncable -T1 -o /work/dump/dump.sql.zst </work/dumped &
  packing=$!
  until [[ $("${client[@]}" --execute="SELECT COUNT(*) FROM information_schema.innodb_trx
      JOIN performance_schema.session_connect_attrs ON processlist_id = trx_mysql_thread_id
      WHERE attr_name = '_pid' AND attr_value = '$dumping'") -gt 0 ]]; do
    kill -0 "$dumping" 2>/dev/null || break # it was quicker than this question
    sleep 0.1
  done
  in_session 'UNLOCK TABLES'
  measurements "${client[@]}" >/work/measurements
  while IFS= read -r line; do
    in_session "${line%;}"
  done </work/measurements >/work/dump/measured
  wait "$dumping" || fail 'mysqldump has failed: its message is above'
  wait "$packing" || fail 'the dump could not be written: is data.mysql.backup.workspace.size too small?'
  exec 3>&- # ends the session
  unlock
  tr -d : </work/dump/time | tr ' ' T >/work/dump/name
  echo "dump $(</work/dump/name): $(wc -l </work/measurements) tables, $(du -sh /work/dump | cut -f 1)"
}

mkdir -p /work/logs
connect_to_a_replica
replica=$host
found=$(last_dump)
if [[ -z $found && $replica != "${ADDRESS%:*}" ]]; then
  connect_to "${ADDRESS%:*}" # a replica that was cloned has no binary log of before
  found=$(last_dump)
  [[ $found ]] || connect_to "$replica"
fi
echo "reads from $host"
base=${found%%$'\t'*}
if [[ $base ]]; then
  start_server
  count_as_done "${found#*$'\t'}"
  follow
  if (($(du -sk /work/logs | cut -f 1) > MOST_LOG_KIBIBYTES)); then
    echo "the binary log since dump $base is larger than $MOST_LOG_KIBIBYTES KiB: there is a new dump"
    MODE=dump
  fi
else
  echo 'no dump fits the past of this server and its binary log: there is a new one'
  MODE=dump
fi
if [[ $MODE == dump ]]; then
  dump
  [[ -z $base ]] || follow # up to the new dump, so that no moment lies between the two
fi
[[ -z $base ]] || stop_server
