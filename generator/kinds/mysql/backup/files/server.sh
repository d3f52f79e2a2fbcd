# A throw-away server in the pod: made new, reached by its socket alone, gone with the pod.
socket=/work/server.sock
thrown=(mysql --no-defaults --socket="$socket" --user=root --batch --raw --skip-column-names)
server=(
  mysqld --defaults-file=/etc/mysql/conf.d/genx-fx.cnf --datadir=/work/server --socket="$socket"
  --pid-file=/work/server.pid --tmpdir=/work --skip-networking --disable-log-bin --skip-replica-start
  --server-id=4294967290 --relay-log=/work/logs/relay --relay-log-index=/work/logs/relay.index
  --relay-log-purge=OFF --replica-parallel-workers=1 --innodb-flush-log-at-trx-commit=0
  --innodb-flush-method=nosync --innodb-doublewrite=OFF --event-scheduler=OFF
)

start_server() {
  rm -rf /work/server # of a step before, as in the pod of helm test
  mkdir -p /work/logs
  "${server[@]}" --initialize-insecure >/work/server.log 2>&1 || fail_server
  MYSQL_PWD='' "${server[@]}" >>/work/server.log 2>&1 &
  until MYSQL_PWD='' mysqladmin --no-defaults --socket="$socket" --user=root --silent ping >/dev/null 2>&1; do
    kill -0 "$!" 2>/dev/null || fail_server
    sleep 0.2
  done
}

fail_server() {
  tail -n 20 /work/server.log >&2
  fail "the throw-away server does not start"
}

stop_server() {
  MYSQL_PWD='' mysqladmin --no-defaults --socket="$socket" --user=root shutdown
  wait
}

tell() {
  MYSQL_PWD='' "${thrown[@]}" --execute="$1"
}

# The names of the transactions in a snapshot count as there, so that no log brings them again.
count_as_done() {
  [[ -z $1 ]] || tell "SET GLOBAL gtid_purged = '$1'"
}

replica_status() {
  MYSQL_PWD='' mysql --no-defaults --socket="$socket" --user=root --vertical --execute='SHOW REPLICA STATUS' |
    sed -n "s/^ *$1: //p"
}
