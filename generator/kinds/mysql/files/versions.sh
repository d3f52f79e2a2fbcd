# MySQL upgrades data by itself, but not every step, and some that it refuses it has begun. What it does
# not support is refused here, before anything is touched:
# https://dev.mysql.com/doc/refman/9.7/en/upgrade-paths.html
# https://dev.mysql.com/doc/refman/8.4/en/downgrading.html
# From 26.7 on, a server judges by what it has noted in the data, and so does this: not at all.

# Version of the server that wrote a data directory last: 8.4.6. Empty where nothing tells it.
version_of_data() {
  local history number
  if [[ -r $1/mysql_upgrade_history ]]; then  # since 8.4
    history=$(<"$1/mysql_upgrade_history")
    history=${history##*\"version\":\"}
    echo "${history%%[!0-9.]*}"
  elif [[ -r $1/mysql.ibd ]]; then  # since 8.0, in the head of its first page: 80042
    number=$(od -An -tu1 -j8 -N4 "$1/mysql.ibd")
    read -r _ a b c <<<"$number"
    number=$((a * 65536 + b * 256 + c))
    echo "$((number / 10000)).$((number / 100 % 100)).$((number % 100))"
  elif [[ -e $1/mysql/user.frm ]]; then
    echo 5.7.0
  fi
}

# A series as a number that can be compared: 8.4.6 is 804. Empty where it is no version.
series() {
  [[ $1 =~ ^([0-9]+)\.([0-9]+) ]] && echo $((BASH_REMATCH[1] * 100 + BASH_REMATCH[2]))
}

# What to do where data of one version cannot be given to a server of another; empty where it can.
way_round() {
  local data server next patches=(${1##*.} ${2##*.})
  data=$(series "$1") && server=$(series "$2") || return 0
  if ((server < data)); then
    echo "No older series reads it: go back to $1, or restore a backup into an empty volume"
  elif ((server == data)); then
    if ((patches[1] < patches[0])) && [[ $data != @(800|804|907) ]] && ((data < 2607)); then
      echo "No older innovation release reads it: go back to $1, or restore a backup into an empty volume"
    fi
  else
    for next in 8.0 8.4 9.7; do
      (($(series "$next") > data)) || continue
      ((server <= $(series "$next"))) ||
        echo "No series of long-term support can be skipped: run $next first, and then this one"
      return
    done
  fi
}

refuse_other_versions() {
  local data server advice
  data=$(version_of_data "$1")
  [[ $(mysqld --no-defaults --version) =~ Ver\ ([0-9]+\.[0-9]+\.[0-9]+) ]] || return 0
  server=${BASH_REMATCH[1]}
  advice=$(way_round "$data" "$server")
  [[ $advice ]] || return 0
  echo "refused: the data in $1 is of MySQL $data, and this is MySQL $server"
  echo "$advice (data.mysql.image.tag); nothing was changed"
  exit 1
}
