#!/bin/bash
# Prepares a data directory on the first start, then becomes the server. Variables, files, messages
# and exit codes are those of the official MySQL image, so that either image serves the chart.

# Not `set -u`: init scripts are sourced, and may ask for variables that nobody set.
set -eo pipefail
shopt -s nullglob

init_directory=/docker-entrypoint-initdb.d

log() {
  local level=$1
  shift
  printf '%s [%s] [Entrypoint]: %s\n' "$(date --rfc-3339=seconds)" "$level" "$*"
}
note() { log Note "$@"; }
warn() { log Warn "$@" >&2; }
fail() {
  log ERROR "$@" >&2
  exit 1
}

# Whether the arguments only ask mysqld about itself.
asks_for_help() {
  local argument
  for argument; do
    case $argument in
      -'?' | -V | --help | --version | --print-defaults) return 0 ;;
    esac
  done
  return 1
}

# Sets a variable from the file that <variable>_FILE names, or else to a default.
read_variable() {
  local name=$1 file_name=$1_FILE default=${2:-} value
  local file=${!file_name:-}
  value=${!name:-$default}
  if [[ -n $file ]]; then
    [[ -z ${!name:-} ]] || fail "Both $name and $file_name are set (but are exclusive)"
    [[ -r $file ]] || fail "$file_name: cannot read $file"
    value=$(<"$file")
  fi
  export "$name=$value"
  unset "$file_name"
}

# Asks the server what it makes of its configuration files and arguments.
read_settings() {
  local errors
  errors=$(mktemp)
  settings=$("$@" --verbose --help 2>"$errors") ||
    fail "mysqld failed while attempting to check config: $* --verbose --help"$'\n'"$(<"$errors")"
  rm -f "$errors"
  data_directory=$(setting datadir)
  socket=$(setting socket)
}

# One of the settings, which mysqld lists below a line of dashes.
setting() {
  awk -v name="$1" '/^-----/ { listed = 1 } listed && $1 == name { print $2; exit }' \
    <<<"$settings"
}

check_environment() {
  if [[ -z $MYSQL_ROOT_PASSWORD$MYSQL_ALLOW_EMPTY_PASSWORD$MYSQL_RANDOM_ROOT_PASSWORD ]]; then
    fail "Database is uninitialized and password option is not specified
    You need to specify one of the following as an environment variable:
    - MYSQL_ROOT_PASSWORD
    - MYSQL_ALLOW_EMPTY_PASSWORD
    - MYSQL_RANDOM_ROOT_PASSWORD"
  fi
  if [[ $MYSQL_USER == root ]]; then
    fail 'MYSQL_USER="root", MYSQL_USER and MYSQL_PASSWORD are for configuring a regular user' \
      'and cannot be used for the root user'
  fi
  if [[ -n $MYSQL_USER && -z $MYSQL_PASSWORD ]]; then
    warn 'MYSQL_USER specified, but missing MYSQL_PASSWORD; MYSQL_USER will not be created'
  elif [[ -z $MYSQL_USER && -n $MYSQL_PASSWORD ]]; then
    warn 'MYSQL_PASSWORD specified, but missing MYSQL_USER; MYSQL_PASSWORD will be ignored'
  fi
}

# The password of root as an option file. Like the official image, this script quotes no password.
client_options() {
  if [[ $1 != --dont-use-mysql-root-password && -n $MYSQL_ROOT_PASSWORD ]]; then
    printf '[client]\nuser=root\npassword="%s"\n' "$MYSQL_ROOT_PASSWORD"
  fi
}

# Runs SQL from standard input or arguments of mysql, as root on the temporary server. Part of the
# contract: init scripts call it.
docker_process_sql() {
  local option=
  if [[ $1 == --dont-use-mysql-root-password ]]; then
    option=$1
    shift
  fi
  mysql --defaults-extra-file=<(client_options "$option") --protocol=socket \
    --socket="$socket" --user=root --comments ${MYSQL_DATABASE:+"--database=$MYSQL_DATABASE"} "$@"
}

start_temporary_server() {
  note 'Starting temporary server'
  "$@" --skip-networking --default-time-zone=SYSTEM --socket="$socket" &
  temporary_server=$!
  until mysqladmin --no-defaults --socket="$socket" --user=root --silent ping >/dev/null 2>&1; do
    kill -0 "$temporary_server" 2>/dev/null || fail 'Unable to start server.'
    sleep 0.1
  done
  note 'Temporary server started.'
}

stop_temporary_server() {
  note 'Stopping temporary server'
  mysqladmin --defaults-extra-file=<(client_options) --user=root --socket="$socket" shutdown ||
    fail 'Unable to shut down server.'
  wait "$temporary_server" || fail 'Unable to shut down server.'
  note 'Temporary server stopped'
}

create_users_and_database() {
  local database_pattern=${MYSQL_DATABASE//_/\\_} # an underscore would stand for any character
  local user root_host

  if [[ -z $MYSQL_INITDB_SKIP_TZINFO ]]; then
    # mysql_tzinfo_to_sql complains about files there that are no time zones.
    mysql_tzinfo_to_sql /usr/share/zoneinfo 2>/dev/null |
      MYSQL_DATABASE=mysql docker_process_sql --dont-use-mysql-root-password
  fi

  if [[ -n $MYSQL_RANDOM_ROOT_PASSWORD ]]; then
    MYSQL_ROOT_PASSWORD=$(head -c 24 /dev/urandom | base64)
    export MYSQL_ROOT_PASSWORD
    note "GENERATED ROOT PASSWORD: $MYSQL_ROOT_PASSWORD"
  fi
  {
    echo 'SET @@SESSION.sql_log_bin = 0;'
    if [[ -n $MYSQL_ROOT_HOST && $MYSQL_ROOT_HOST != localhost ]]; then
      root_host="'root'@'$MYSQL_ROOT_HOST'"
      echo "CREATE USER $root_host IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';"
      echo "GRANT ALL ON *.* TO $root_host WITH GRANT OPTION;"
    fi
    echo "ALTER USER 'root'@'localhost' IDENTIFIED BY '$MYSQL_ROOT_PASSWORD';"
  } | MYSQL_DATABASE=mysql docker_process_sql --dont-use-mysql-root-password

  if [[ -n $MYSQL_DATABASE ]]; then
    note "Creating database $MYSQL_DATABASE"
    MYSQL_DATABASE=mysql docker_process_sql <<<"CREATE DATABASE IF NOT EXISTS \`$MYSQL_DATABASE\`;"
  fi
  if [[ -n $MYSQL_USER && -n $MYSQL_PASSWORD ]]; then
    note "Creating user $MYSQL_USER"
    user="'$MYSQL_USER'@'%'"
    docker_process_sql <<<"CREATE USER $user IDENTIFIED BY '$MYSQL_PASSWORD';"
    if [[ -n $MYSQL_DATABASE ]]; then
      note "Giving user $MYSQL_USER access to schema $MYSQL_DATABASE"
      docker_process_sql <<<"GRANT ALL ON \`$database_pattern\`.* TO $user;"
    fi
  fi
}

run_init_files() {
  local file
  for file in "$init_directory"/*; do
    case $file in
      *.sh)
        if [[ -x $file ]]; then
          note "$0: running $file"
          "$file"
        else
          note "$0: sourcing $file"
          # shellcheck source=/dev/null
          . "$file"
        fi
        ;;
      *.sql) run_sql_file "$file" cat ;;
      *.sql.bz2) run_sql_file "$file" bunzip2 --stdout ;;
      *.sql.gz) run_sql_file "$file" gunzip --stdout ;;
      *.sql.xz) run_sql_file "$file" unxz --stdout ;;
      *.sql.zst) run_sql_file "$file" unzstd --stdout --quiet ;;
      *) warn "$0: ignoring $file" ;;
    esac
  done
}

run_sql_file() {
  local file=$1
  shift
  note "$0: running $file"
  "$@" "$file" | docker_process_sql
}

initialise() {
  check_environment
  ls "$init_directory" >/dev/null || fail "cannot read $init_directory"

  mkdir -p "$data_directory"
  note 'Initializing database files'
  "$@" --initialize-insecure --default-time-zone=SYSTEM --autocommit=1
  note 'Database files initialized'

  start_temporary_server "$@"
  create_users_and_database
  run_init_files
  if [[ -n $MYSQL_ONETIME_PASSWORD ]]; then
    docker_process_sql <<<"ALTER USER 'root'@'$MYSQL_ROOT_HOST' PASSWORD EXPIRE;"
  fi
  stop_temporary_server
  note 'MySQL init process done. Ready for start up.'
}

main() {
  local settings data_directory socket temporary_server
  if [[ $1 == -* ]]; then
    set -- mysqld "$@"
  fi
  if [[ $1 == mysqld ]] && ! asks_for_help "$@"; then
    note 'Entrypoint script for MySQL Server started.'
    read_settings "$@"
    if [[ $(id -u) == 0 ]]; then
      note "Switching to dedicated user 'mysql'"
      mkdir -p "$data_directory" "${socket%/*}"
      find "$data_directory" "${socket%/*}" \! -user mysql -exec chown mysql {} +
      exec setpriv --reuid=mysql --regid=mysql --init-groups "$0" "$@"
    fi
    read_variable MYSQL_ROOT_PASSWORD
    read_variable MYSQL_ROOT_HOST %
    read_variable MYSQL_DATABASE
    read_variable MYSQL_USER
    read_variable MYSQL_PASSWORD
    if [[ ! -d $data_directory/mysql ]]; then
      initialise "$@"
    fi
  fi
  exec "$@"
}

main "$@"
