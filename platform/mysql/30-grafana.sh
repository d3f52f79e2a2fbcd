# A user of its own for grafana, which reads what the dashboards show, and no password hash.
quoted() {
  local text=${1//\\/\\\\}
  printf "'%s'" "${text//\'/\'\'}"
}
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
