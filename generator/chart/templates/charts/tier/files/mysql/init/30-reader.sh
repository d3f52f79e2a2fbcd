# A user of its own for @{ reader.name }@, which reads what the dashboards show, and no password hash.
MYSQL_PWD=$MYSQL_ROOT_PASSWORD mysql --user=root "$MYSQL_DATABASE" <<SQL
CREATE USER IF NOT EXISTS '$@{ reader.spec.database.user }@'@'%' IDENTIFIED BY '$@{ reader.spec.database.password }@';
GRANT SELECT (id, username, is_active, created_at) ON users TO '$@{ reader.spec.database.user }@'@'%';
GRANT SELECT ON trading_accounts TO '$@{ reader.spec.database.user }@'@'%';
GRANT SELECT ON trading_pairs TO '$@{ reader.spec.database.user }@'@'%';
GRANT SELECT ON market_data TO '$@{ reader.spec.database.user }@'@'%';
GRANT SELECT ON trading_signals TO '$@{ reader.spec.database.user }@'@'%';
GRANT SELECT ON trades TO '$@{ reader.spec.database.user }@'@'%';
SQL
