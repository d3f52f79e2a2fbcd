# Last of all: sets the passwords that start.sh has kept from the image, and takes the mark off, because
# the data directory is whole: start.sh need not start it over.
# By what it remembers, a restore knows a server that has nothing but what the scripts put there.
remember="SET sql_log_bin = 0, @names = REPLACE(@@global.gtid_executed, CHAR(10), '');
SET @statement = CONCAT('ALTER USER IF EXISTS root@localhost ATTRIBUTE ''{\"initialised\": \"', @names, '\"}''');
PREPARE statement FROM @statement;
EXECUTE statement;
"
set_passwords() {
  local sql=
  set_password "${MYSQL_USER:-}" % "${REAL_MYSQL_PASSWORD:-}"
  set_password root "${MYSQL_ROOT_HOST:-%}" "${REAL_MYSQL_ROOT_PASSWORD:-}"
  set_password root localhost "${REAL_MYSQL_ROOT_PASSWORD:-}"
  sql+=$remember
  MYSQL_PWD=${MYSQL_ROOT_PASSWORD:-} mysql --user=root <<<"$sql"
}
set_password() {
  [[ -z $3 ]] || sql+="ALTER USER IF EXISTS $(quoted "$1")@$(quoted "$2") IDENTIFIED BY $(quoted "$3");"$'\n'
}
quoted() {
  local text=${1//\\/\\\\}
  printf "'%s'" "${text//\'/\'\'}"
}
set_passwords

# The image stops its server with it, by way of an option file, where a backslash quotes.
MYSQL_ROOT_PASSWORD=${REAL_MYSQL_ROOT_PASSWORD:-${MYSQL_ROOT_PASSWORD:-}}
MYSQL_ROOT_PASSWORD=${MYSQL_ROOT_PASSWORD//\\/\\\\}
MYSQL_ROOT_PASSWORD=${MYSQL_ROOT_PASSWORD//\"/\\\"}

rm -f "${DATA_DIRECTORY:?}/.initialising"
echo "initialisation is complete"
