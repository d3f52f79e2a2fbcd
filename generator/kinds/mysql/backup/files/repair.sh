# Removes from the repository what is damaged: files, and the dumps and logs that lack a part without them.
ids() {
  repository snapshots --json | jq -r '.[].id'
}

repair() {
  echo 'reads the whole repository, and removes what is damaged'
  repository repair index --quiet
  files=$(repository check --json --read-data | jq -r 'select(.message_type == "summary") | .broken_packs // [] | .[]')
  [ -z "$files" ] || (cd /work && repository repair packs --quiet $files) # it leaves a copy where it runs
  ids >/work/before
  repository repair snapshots --quiet --forget
  ids >/work/after
  changed=$(grep -vxFf /work/before /work/after || true)
  for id in $changed; do
    echo "removes $(repository snapshots --json "$id" | jq -r '.[].tags | join(" ")'): a part of it is gone"
  done
  [ -z "$changed" ] || repository forget --quiet $changed
  repository prune --quiet
}
