{{/* Configuration files of the server. A change restarts the pod. Takes $. */}}
{{- define "@{ component.name }@.configuration" -}}
{{- with .Values.@{ component.key }@ }}
{{- $memory := include "common.bytes" .resources.limits.memory }}
# A quarter of the memory limit for the buffer pool: with 1Gi, MySQL 9.7 idles at 387Mi.
# The server sees the node's memory and not the limit, so nothing is left to its own sizing.
genx-fx.cnf: |
  [mysqld]
  port = @{ component.port }@
  datadir = @{ component.storage.path }@
  innodb_buffer_pool_size = {{ div $memory 4 }}
  innodb_redo_log_capacity = {{ div $memory 8 | max 67108864 }}
  innodb_log_buffer_size = 16M
  temptable_max_ram = {{ div $memory 16 | max 2097152 }}
  performance_schema_max_table_instances = 500
  performance_schema_max_table_handles = 500
  table_open_cache = 400
  table_definition_cache = 400
  max_connections = {{ .maxConnections | int64 }}
  character_set_server = utf8mb4
  collation_server = utf8mb4_0900_ai_ci
  innodb_flush_log_at_trx_commit = 1
  sync_binlog = 1
  gtid_mode = ON
  enforce_gtid_consistency = ON
@% if component.spec.backup %@
  binlog_expire_logs_seconds = {{ .backup.binaryLogs.expireSeconds | int64 }}
@% else %@
  binlog_expire_logs_seconds = @{ component.spec.log_expire_seconds }@
@% endif %@
  skip_name_resolve = ON
  mysqlx = OFF
  secure_file_priv = NULL
  tmpdir = /tmp
  socket = /var/run/mysqld/mysqld.sock
  pid_file = /var/run/mysqld/mysqld.pid
  {{- if eq .mode "groupReplication" }}
  {{- include "@{ component.name }@.groupConfiguration" $ | nindent 2 }}
  {{- end }}
  {{- with .extraConfiguration }}
  {{- . | nindent 2 }}
  {{- end }}
start.sh: |
  {{- include "common.tellOwners" "@{ component.path }@" | nindent 2 }}
  tell_owners "${DATA_DIRECTORY:?}"
  {{- $.Files.Get "files/@{ component.name }@/versions.sh" | nindent 2 }}
  {{- $.Files.Get "files/@{ component.name }@/start.sh" | nindent 2 }}
{{- if eq .mode "groupReplication" }}
hand-over.sh: |
  {{- $.Files.Get "files/@{ component.name }@/hand-over.sh" | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}
