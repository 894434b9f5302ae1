# shellcheck shell=sh disable=SC2034 # each script uses some of these
# Every file that the scripts read or write, with its writer and its purpose. No other script names a path. File names
# on the volumes never change, because servers that an earlier release started keep using them.

# Empty inside containers; the tests set it to a temporary directory.
ROOT=${ROOT:-}

# ---- The data volume, in the server's and in the agent's container -------------------------------------------------
data_dir=$ROOT/data
# Agent: which database owns the data: the ID of the settings volume, the flavor that wrote the data, and the full name
# of the database. While an agent claims the data, the file's name ends with that ID.
owner_file=$data_dir/.redis-database
# Server, at start: the fingerprint of its container and its version.
server_file=$data_dir/.redis-server
# Agent: files that `data.files` does not name. Redis would overwrite them.
set_aside_dir=$data_dir/before-adoption
# Restore: the data while it is fetched and checked; and the checked data, from which the agent adopts it: `kind` ("aof" or
# "rdb") and the files.
restoring_dir=$data_dir/.redis-restoring
restored_dir=$data_dir/.redis-restored
dump_file=$data_dir/dump.rdb
# The append-only file: a directory from 7.0 on, a single file before.
log_dir=$data_dir/appendonlydir
log_manifest=$log_dir/appendonly.aof.manifest
log_file=$data_dir/appendonly.aof

# ---- The settings volume, in every container of a server; only the agent can write to it, except to run/ and acl/ ----
settings_dir=$ROOT/settings
# Locked by a running agent, because a killed update can leave a second agent behind.
lock_file=$settings_dir/lock
# The ID of this volume, which owner_file refers to.
id_file=$settings_dir/id
# Passwords of the users `agent` and `health` (from 6.0 on). They never leave the volume.
agent_secret=$settings_dir/agent.secret
health_secret=$settings_dir/health.secret
# Password of the user `backup` (from 6.0 on), which exists while there are backups. Only root can read it.
backup_secret=$settings_dir/backup.secret
# One directory for each set of settings (a generation), named after the hash of its content; staging_dir is the one
# being written. A generation also has two hidden files, which the hash does not cover: `.settings`, all settings of its
# trial server, and `.meanwhile`, the settings that a running server keeps until it is replaced.
generations_dir=$settings_dir/generations
staging_dir=$generations_dir/new
# Symbolic links to the generation in force: its settings, and its certificate, which is updated shortly before them.
current_dir=$settings_dir/current
tls_dir=$settings_dir/tls
# Agent: the memory arguments for which an earlier release derived a larger maxmemory, and that maxmemory in MiB.
kept_maxmemory_file=$settings_dir/maxmemory
# Agent: the limits of redis.conf that apply until Docker has raised the memory limit of the server's container.
former_limits_file=$settings_dir/limits.conf
# Replaced passwords, one per line: the time of the replacement in seconds, the hash, and the user.
retired_file=$settings_dir/retired
# The running server's settings from before an uncommitted update changed them: lines of name, tab, value.
former_settings=$settings_dir/former
# Agent: it has adopted restored data, which is never restored again.
adopted_marker=$settings_dir/restored
# Agent: a temporary file, which it then moves to acl/ or run/.
new_file=$settings_dir/new
# Agent of a primary that has lost its data: the directory exists while the agent asks for the data. The agents of the
# replicas write their offers to it.
offers_dir=$settings_dir/offers
asked_marker=$offers_dir/asked
# Agents of the replicas on this Docker host: a file for each replica, named after its user. A running agent locks it.
nearby_dir=$settings_dir/nearby

# The server reads its users from this file at start, and also writes it (ACL SAVE).
acl_dir=$settings_dir/acl
acl_file=$acl_dir/users.acl
# Agent: the names of the users that it has created for replicas. The server removes them from acl_file at start.
created_followers_file=$settings_dir/followers
# Agent: the names of the users that it has created for the argument `users`.
created_users_file=$settings_dir/users
# Before 6.0: the server's password. While the agent replaces it, the second file has the new one: if the agent is
# stopped then, the server accepts one of the two.
password_file=$acl_dir/password.conf
next_password_file=$password_file.next
# Server, at start, before 6.0: a password that only the agent has, while the server must reject all other clients.
closed_file=$acl_dir/closed.conf

# The admin socket of the HAProxy that terminates TLS (before 6.0).
terminator_dir=$settings_dir/terminator
terminator_socket=$terminator_dir/stats.sock

# ---- run/ on the settings volume: state that server and agent exchange -----------------------------------------------
run_dir=$settings_dir/run
socket=$run_dir/redis.sock
# Server, at each start: the address of its container.
own_address_file=$run_dir/address
# Server at start, and health check: the memory limit of the container, in MiB.
memory_limit_file=$run_dir/memory
# Server, when the kernel has killed it: the time in seconds, the host name of its container, and a description.
killed_file=$run_dir/killed
# Tunnel, at each start: the address of its container (before 6.0). The file is named as in earlier releases.
tunnel_address_file=$run_dir/link
# Agent: address and port of the primary, for the server's next start.
primary_file=$run_dir/primary
# Agent, or the server at start: the kind of file that the next start must read ("aof" or "rdb"). The file exists while
# the data is unsettled: the agent has not yet checked that it fits and converted it to the flavor.
unsettled_file=$run_dir/unsettled
# Agent: why it refused to settle the data, or which error occurred while it watched.
refusal_file=$run_dir/refused
# Agent: its user was changed by hand, and it cannot log in.
locked_out_marker=$run_dir/locked_out
# Server, at start: it is a primary with replicas, has started before, and now has no data.
starts_empty_marker=$run_dir/starts_empty
# Agent: how to recover such a server, while its replicas are blocked.
blocked_file=$run_dir/held
# Agent or health check: this replica was promoted by hand, and must not follow a primary when it starts.
promoted_marker=$run_dir/promoted
# Server: one line for each start without a completed first sync.
starts_file=$run_dir/starts
# Agent: the file's modification time is when the health check starts to report that a certificate expires.
expiry_marker=$run_dir/expiry
# Health check: the host name of the container whose server has answered once.
answered_file=$run_dir/answered
# Agent of a replica: exists while the replica offers its data.
offering_marker=$run_dir/offering
# Agent: the certificates of both CAs, while a primary gets its data back from a replica.
refill_ca_file=$run_dir/refill.crt

# ---- The settings volume of a primary on the same Docker host, in the agent's container of a replica -----------------
primary_dir=$ROOT/primary
primarys_address_file=$primary_dir/run/address
primarys_offers_dir=$primary_dir/offers
primarys_asked_marker=$primarys_offers_dir/asked
primarys_nearby_dir=$primary_dir/nearby

# ---- The control group of a container, as mounted in it: version 2, or version 1 -------------------------------------
cgroup_dir=$ROOT/sys/fs/cgroup
memory_max_file=$cgroup_dir/memory.max
memory_events_file=$cgroup_dir/memory.events
memory_max_file_1=$cgroup_dir/memory/memory.limit_in_bytes
memory_events_file_1=$cgroup_dir/memory/memory.oom_control

# ---- The agent's container -----------------------------------------------------------------------------------------
# All wanted settings and scripts in a single file, which Docker uploads.
desired_file=$ROOT/desired
scratch_dir=$ROOT/tmp
# Markers for the agent's own health check: the settings are applied, Docker has seen that, or the settings were
# refused. applied_marker contains the name of the generation.
applied_marker=$scratch_dir/applied
reported_marker=$scratch_dir/reported
refused_marker=$scratch_dir/refused
# After a refusal: a copy of the generation in force, to restore its files if they change.
in_force_dir=$scratch_dir/in_force
# Standard error since the start of the last check.
errors_file=$scratch_dir/errors
# The file's modification time is when the settings on the volume were last known to be intact.
intact_marker=$scratch_dir/intact
# The modification times are when the last check and the running check started. The second file replaces the first.
last_check_marker=$scratch_dir/last_check
check_start_marker=$scratch_dir/check_start
# The directory of the trial server, with its socket, its configuration and its log.
trial_dir=$scratch_dir/trial
trial_socket=$trial_dir/redis.sock
# The directory of the server that test-reads data before it is adopted. Its dump is a symbolic link to that data.
reader_dir=$scratch_dir/reader
reader_dump=$reader_dir/read.rdb
reader_socket=$reader_dir/redis.sock
reader_log=$reader_dir/log
# Settings as lines of name, tab, value: those of the trial server; those of the running server; those that the agent
# restores after manual changes; those that an update applies; those of them that the running server supports; and those
# that differ in the running server.
trial_settings=$scratch_dir/trial.settings
running_settings=$scratch_dir/running.settings
enforced_settings=$scratch_dir/enforced.settings
wanted_settings=$scratch_dir/wanted.settings
applicable_settings=$scratch_dir/applicable.settings
changed_settings=$scratch_dir/changed.settings
# Names of the directives in the wanted configuration and in the one in force.
directive_names=$scratch_dir/directives
# From the last check: the server's INFO and its user list. expected_users is its user list from when all users were
# correct.
running_info=$scratch_dir/running.info
running_users=$scratch_dir/running.users
expected_users=$scratch_dir/expected.users
# Hash and user of each password in force, of each wanted one, and of each one that is no longer wanted.
hashes_in_force=$scratch_dir/hashes.current
hashes_wanted=$scratch_dir/hashes.wanted
hashes_replaced=$scratch_dir/hashes.replaced
# Passwords in grace; ACL lines as sent to the server; as the server lists them afterwards; and the number of passwords
# in grace at that time.
grace_file=$scratch_dir/grace
sent_users=$scratch_dir/users
listed_users=$scratch_dir/users.listed
users_grace_count=$scratch_dir/users.grace
# ACL lines of the users of replicas, as sent to the server and as the server lists them afterwards.
sent_followers=$scratch_dir/followers
listed_followers=$scratch_dir/followers.listed
# HAProxy's reply.
terminator_reply=$scratch_dir/terminator.reply
# Pipes to and from the client of the agent's permanent connection.
connection_input=$scratch_dir/connection.in
connection_output=$scratch_dir/connection.out

# ---- The container that restores data -------------------------------------------------------------------------------
# The uploaded file in its parts; a dump or an append-only directory on the Docker host; the program restic and the CAs,
# which another container has copied there; and the cache of restic, which is not used again.
desired=$scratch_dir/input
source_path=$ROOT/source
restic=$ROOT/backup/bin/restic
ca_certificates=$ROOT/backup/bin/ca-certificates.crt
cache=$scratch_dir/cache
# The errors of the last call of restic.
restic_errors_file=$scratch_dir/restic.errors
# The data is restored, or nothing was to be done.
restore_done_marker=$scratch_dir/restored

# ---- The server's and HAProxy's containers: /tmp is empty after each start -------------------------------------------
# Health check: the last check passed. The file is empty while a check is running.
healthy_marker=$scratch_dir/healthy
# Health check: the number of consecutive failures.
failures_file=$scratch_dir/failures
# Health check: this container's server has answered once. The next start re-creates the marker (answered_file).
answered_marker=$scratch_dir/answered
# Health check: the last refusal of the agent that was written to the container's log.
logged_refusal=$scratch_dir/refusal
# Server, at start: older files existed before the start.
started_marker=$scratch_dir/started
# Health check: the log reports that the kernel killed the server.
logged_kill=$scratch_dir/killed
# The tunnel's own HAProxy socket.
tunnel_socket=$scratch_dir/stats.sock
tunnel_conf=$current_dir/link.cfg

# Creates a marker, if it does not exist. (`: >` would end the shell if the file cannot be written.)
#   $1       the marker
mark() { [ -e "$1" ] || true >"$1"; }
