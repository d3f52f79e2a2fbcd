{{/* Name of the scratch volume at a path: /var/run/mysqld → var-run-mysqld. Takes the path. */}}
{{- define "common.volumeName" -}}
{{- regexReplaceAll "[^a-z0-9]" (lower . | trimAll "/") "-" | trimAll "-" | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/*
Shell function `tell_owners FOLDER`: says, of the first file in it that another user owns and this one
cannot write to, who that is and what to do. Takes the path of the component's values: data.mysql.
*/}}
{{- define "common.tellOwners" -}}
tell_owners() {
  for file in "$1" "$1"/* "$1"/.[!.]*; do
    [ -e "$file" ] && [ ! -w "$file" ] && [ "${file##*/}" != lost+found ] || continue
    uid=$(stat -c %u "$file") gid=$(stat -c %g "$file")
    [ "$uid" != "$(id -u)" ] || continue
    echo "$file belongs to uid $uid, gid $gid, and this container runs as uid $(id -u), gid $(id -g), who may not write to it."
    echo "Give the files to this one, as docs/operations.md says under \"Files of another user\""
    [ "$uid" = 0 ] || echo "or run as that one: {{ . }}.podSecurityContext: {runAsUser: $uid, runAsGroup: $gid, fsGroup: $gid}"
    return
  done
}
{{- end }}
