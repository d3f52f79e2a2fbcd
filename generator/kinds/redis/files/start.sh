# A server with an append-only file reads no dump, and overwrites it when it stops. So where there is
# only a dump, as of a server that ran without such a file, it becomes the beginning of one: Redis
# reads a dump there, and since version 7 moves the file into its folder. A kill at any moment leaves
# the dump as it was, and either no file or a whole one.
set -eu
configuration=${1:?}

# Prints what the configuration says last of the setting $1, or else $2.
setting() {
  value=$2
  while read -r name given _; do
    [ "$name" != "$1" ] || value=$given
  done <"$configuration"
  echo "$value" | tr -d "\"'"
}

cd "$(setting dir .)"
dump=$(setting dbfilename dump.rdb)
log=$(setting appendfilename appendonly.aof)
manifest=$(setting appenddirname appendonlydir)/$log.manifest

if [ "$(setting appendonly no)" = yes ] && [ -e "$dump" ] && [ ! -s "$log" ] && [ ! -e "$manifest" ]; then
  echo "$PWD/$dump was written without an append-only file: it becomes the beginning of one"
  redis-check-rdb "$dump" || {
    echo "$PWD/$dump is damaged: put a whole one in its place, or delete it to start with nothing"
    exit 1
  }
  cp "$dump" "temp-$log"
  sync "temp-$log"  # a name that outlives a power failure before its bytes would be an empty file
  mv "temp-$log" "$log"
fi
exec redis-server "$@"
