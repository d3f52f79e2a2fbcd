# Hands the primary's role over before the server stops, so that writes pause for a second and not for
# the time in which a failure is noticed. Never fails: the pod is stopped in any case.
export MYSQL_PWD=$MYSQL_ROOT_PASSWORD
ask() {
  timeout "$1" mysql --no-defaults --user=root --socket=/var/run/mysqld/mysqld.sock \
    --batch --skip-column-names --execute="$2" 2>/dev/null
}
members="FROM performance_schema.replication_group_members WHERE member_state = 'ONLINE'"
role=$(ask 3 "SELECT member_role $members AND member_id = @@server_uuid")
if [[ $role == PRIMARY ]]; then
  heir=$(ask 3 "SELECT member_id $members AND member_role = 'SECONDARY' ORDER BY member_host LIMIT 1")
  [[ -z $heir ]] || ask 12 "SELECT group_replication_set_as_primary('$heir', 5)"
  # Where nobody took it: a write that is under way while its server leaves the group would hold up
  # the end of that for 50 s.
  ask 5 "SET GLOBAL super_read_only = ON"
  sleep 1 # until the Service leads to the other one
fi
exit 0
