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
