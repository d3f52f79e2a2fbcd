# A user of its own for grafana, which reads what the dashboards show, and no password hash. Without the
# key in the Secret there is no such user: MySQL runs without Grafana as well.
quoted() {
  local text=${1//\\/\\\\}
  printf "'%s'" "${text//\'/\'\'}"
}
if [[ ! -v GRAFANA_DATABASE_PASSWORD ]]; then
  echo "no user for grafana: GRAFANA_DATABASE_PASSWORD is not in the Secret"
else
  : "${GRAFANA_DATABASE_PASSWORD:?is empty in the Secret: set it}"
  reader="$(quoted "$GRAFANA_DATABASE_USER")@'%'"
  MYSQL_PWD=$MYSQL_ROOT_PASSWORD mysql --user=root "$MYSQL_DATABASE" <<SQL
CREATE USER IF NOT EXISTS $reader IDENTIFIED BY $(quoted "$GRAFANA_DATABASE_PASSWORD");
GRANT SELECT (id, username, is_active, created_at) ON users TO $reader;
GRANT SELECT ON trading_accounts TO $reader;
GRANT SELECT ON trading_pairs TO $reader;
GRANT SELECT ON market_data TO $reader;
GRANT SELECT ON trading_signals TO $reader;
GRANT SELECT ON trades TO $reader;
SQL
fi
