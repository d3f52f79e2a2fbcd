# Restores: rebuilds the backup in a throw-away server, and only then replaces what the platform's server has.
. /scripts/client.sh
. /scripts/rebuild.sh

rebuild
echo 'what will be restored:'
MYSQL_PWD='' measure "${thrown[@]}" >/work/measured
grep "^\`" /work/measured || echo 'nothing'

lock
databases "${live[@]}" | while IFS= read -r name; do
  echo "removes database $name"
  ask "DROP DATABASE \`${name//\`/\`\`}\`"
done
names=$(MYSQL_PWD='' databases "${thrown[@]}")
mapfile -t names <<<"$names"
MYSQL_PWD='' mysqldump --no-defaults --socket="$socket" --user=root --single-transaction --set-gtid-purged=OFF \
  --no-tablespaces --hex-blob --routines --events --max-allowed-packet=1G --verbose --databases "${names[@]}" \
  2> >(sed -n 's/^-- Retrieving table structure for table \(.*\)\.\.\.$/loads \1/p' >&2) | "${live[@]}" ||
  fail 'the backup could not be loaded, and the database is half there: start the restore again, with RESTORE_OVERWRITE'
MYSQL_PWD='' accounts "${thrown[@]}" | "${live[@]}"
measure "${live[@]}" >/work/restored-tables
if [[ $(ask 'SELECT VERSION()') != "$(tell 'SELECT VERSION()')" ]]; then
  sed -i "/^\`/!d" /work/measured /work/restored-tables
fi
compare /work/measured /work/restored-tables 'what was restored differs from the backup'
unlock
stop_server
echo "restored: $(grep -c "^\`" /work/measured) tables, with rows and checksums as in the backup"
