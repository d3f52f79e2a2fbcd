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
  binlog_expire_logs_seconds = 259200
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

{{/*
What a member of a group has besides. Options of the plugin are `loose`: an empty disk is prepared
without it. Takes $.
*/}}
{{- define "@{ component.name }@.groupConfiguration" -}}
log_bin = binlog
relay_log = relay
log_replica_updates = ON
relay_log_recovery = ON
sync_relay_log = 1
replica_parallel_workers = 4
plugin_load_add = mysql_clone.so
plugin_load_add = group_replication.so
loose-group_replication_group_name = 5ca1ab1e-0000-4000-8000-000000000001
loose-group_replication_group_seeds = {{ range $index, $name := include "@{ component.name }@.members" $ | fromYamlArray }}{{ if $index }},{{ end }}{{ $name }}:@{ component.port }@{{ end }}
loose-group_replication_start_on_boot = OFF
loose-group_replication_bootstrap_group = OFF
loose-group_replication_single_primary_mode = ON
loose-group_replication_enforce_update_everywhere_checks = OFF
loose-group_replication_communication_stack = MYSQL
loose-group_replication_ssl_mode = REQUIRED
loose-group_replication_recovery_use_ssl = ON
loose-group_replication_paxos_single_leader = ON
loose-group_replication_member_expel_timeout = 0
loose-group_replication_unreachable_majority_timeout = 10
loose-group_replication_autorejoin_tries = 0
loose-group_replication_exit_state_action = OFFLINE_MODE
loose-group_replication_consistency = BEFORE_ON_PRIMARY_FAILOVER
loose-group_replication_message_cache_size = 134217728
loose-group_replication_poll_spin_loops = 0
{{- end }}
