# For the scripts that speak with the platform's server, as its administrator: `ask` the one that takes the writes.
set -euo pipefail
umask 077
export TMPDIR=/work MYSQL_PWD=$MYSQL_ROOT_PASSWORD
port=${ADDRESS##*:}

# Sets `connection`, the options of clients, and `client`, one that prints rows alone.
connect_to() {
  host=$1
  connection=(--no-defaults --protocol=TCP --host="$host" --port="$port" --user=root)
  client=(mysql "${connection[@]}" --connect-timeout=20 --batch --raw --skip-column-names)
}

connect_to "${ADDRESS%:*}"
live=("${client[@]}")

fail() {
  echo "error: $*" >&2
  exit 1
}

ask() {
  "${live[@]}" --execute="$1"
}

# Until the script ends, no other has it: a dump and a restore never run at once.
lock() {
  local locked
  mkfifo /work/lock /work/locked
  "${live[@]}" --unbuffered </work/lock >/work/locked &
  exec 5>/work/lock 6</work/locked
  echo "SELECT GET_LOCK('genx-fx backup', $LOCK_SECONDS);" >&5
  read -r locked <&6 || locked=0
  [[ $locked == 1 ]] || fail "another dump or a restore has run for $LOCK_SECONDS s: wait for its end. Nothing was changed"
}

unlock() {
  exec 5>&-
}

# The snapshots of restic as a table in SQL, `dumps` or `logs`: id, time, name and gtids.
snapshots() {
  local json
  json=$(sed "s/[\\\\']/\\\\&/g" /work/snapshots.json)
  cat <<SQL
WITH tagged AS (
  SELECT id, TIMESTAMP(LEFT(time, 19)) AS time, tags, tag FROM JSON_TABLE('$json', '\$[*]' COLUMNS (
    id VARCHAR(64) PATH '\$.id', time VARCHAR(40) PATH '\$.time', tags JSON PATH '\$.tags',
    NESTED PATH '\$.tags[*]' COLUMNS (tag TEXT PATH '\$'))) AS snapshot),
named AS (
  SELECT id, time, JSON_CONTAINS(tags, '"dump"') AS is_dump,
    MAX(IF(tag LIKE 'name=%', SUBSTR(tag, 6), NULL)) AS name,
    MAX(IF(tag LIKE 'gtids=%', REPLACE(SUBSTR(tag, 7), ';', ','), NULL)) AS gtids
  FROM tagged GROUP BY id, time, is_dump),
dumps AS (SELECT * FROM named WHERE is_dump),
logs AS (SELECT * FROM named WHERE NOT is_dump)
SQL
}
