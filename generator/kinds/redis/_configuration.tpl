{{/* Configuration files of the server. A change restarts the pod. Takes $. */}}
{{- define "@{ component.name }@.configuration" -}}
{{- with .Values.@{ component.key }@ }}
# Three fifths of the memory limit for data: rewriting the append-only file forks, and pages that
# change meanwhile are held twice. volatile-ttl evicts what expires soonest, so short-lived cache
# entries go before sessions, and keys without expiry stay.
redis.conf: |
  dir @{ component.storage.path }@
  port @{ component.port }@
  protected-mode no
  appendonly yes
  appendfsync everysec
  maxmemory {{ div (mul (include "common.bytes" .resources.limits.memory) 3) 5 }}
  maxmemory-policy volatile-ttl
  {{- with .extraConfiguration }}
  {{- . | nindent 2 }}
  {{- end }}
start.sh: |
@% if component.password_key %@
  # An empty password would be none, and let everybody in. The variable is there where one is demanded.
  if [ "${REDISCLI_AUTH-unset}" = "" ]; then
    echo "error: @{ component.password_key }@ is empty in the Secret, but global.@{ component.key }@.auth.enabled is true: set it"
    exit 1
  fi
@% endif %@
  {{- include "common.tellOwners" "@{ component.path }@" | nindent 2 }}
  tell_owners @{ component.storage.path }@
  {{- $.Files.Get "files/@{ component.name }@/start.sh" | nindent 2 }}
{{- end }}
{{- end }}
