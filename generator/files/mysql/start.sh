# A first start that is cut short leaves tables that are half there, and the image would never look
# at them again. So an empty directory is marked, the last init script takes the mark off, and a
# directory that still bears it is emptied. A directory that was filled elsewhere bears none.
set -euo pipefail
shopt -s nullglob dotglob
directory=/var/lib/mysql
mark=$directory/.initialising

contents() {
  local path
  for path in "$directory"/*; do
    [[ $path == "$mark" || $path == */lost+found ]] || echo "$path"
  done
}

if [[ -e $mark ]]; then
  echo "the last initialisation was cut short: it is started over"
  contents | while IFS= read -r path; do rm -rf "$path"; done
elif [[ -z $(contents) ]]; then
  touch "$mark"
fi
exec docker-entrypoint.sh mysqld "$@"
