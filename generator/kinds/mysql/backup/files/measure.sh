# What is in a server, by any client: `measure mysql …` prints the rows and the checksum of each table.
own_databases="table_schema NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema')"

databases() {
  "$@" --execute="SELECT schema_name FROM information_schema.schemata
    WHERE ${own_databases//table_schema/schema_name} ORDER BY schema_name"
}

# Statements that measure each table.
measurements() {
  "$@" --execute="SELECT CONCAT('SELECT ''', REPLACE(name, '''', ''''''), ''', COUNT(*) FROM ', name,
      '; CHECKSUM TABLE ', name, ';')
    FROM (SELECT CONCAT('\`', REPLACE(table_schema, '\`', '\`\`'), '\`.\`', REPLACE(table_name, '\`', '\`\`'), '\`') AS name
      FROM information_schema.tables WHERE $own_databases AND table_type = 'BASE TABLE') AS tables
    ORDER BY name"
}

measure() {
  measurements "$@" | "$@"
}

# Lines of one measurement alone, and, further right, of the other alone, are what differs.
compare() {
  local differences
  differences=$(comm -3 <(sort "$1") <(sort "$2"))
  [[ -z $differences ]] || fail "$3:"$'\n'"$differences"
}

# Statements that make the accounts anew; one that is there keeps its password, which is that of the Secret.
accounts() {
  local account
  "$@" --execute="SELECT CONCAT(QUOTE(user), '@', QUOTE(host)) FROM mysql.user
      WHERE user NOT IN ('root', 'mysql.sys', 'mysql.session', 'mysql.infoschema')" |
    while IFS= read -r account; do
      "$@" --execute="SET print_identified_with_as_hex = ON; SHOW CREATE USER $account; SHOW GRANTS FOR $account" |
        sed 's/^CREATE USER/& IF NOT EXISTS/; s/$/;/'
    done
}
