# For the scripts that speak with the platform's server: `ask` it, as its administrator.
set -euo pipefail
umask 077
export TMPDIR=/work MYSQL_PWD=$MYSQL_ROOT_PASSWORD
host=${ADDRESS%:*} port=${ADDRESS##*:}
connection=(--no-defaults --protocol=TCP --host="$host" --port="$port" --user=root)
live=(mysql "${connection[@]}" --connect-timeout=20 --batch --raw --skip-column-names)

fail() {
  echo "error: $*" >&2
  exit 1
}

ask() {
  "${live[@]}" --execute="$1"
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
