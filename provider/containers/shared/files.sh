# shellcheck shell=sh disable=SC2034 # each script uses some of these
# Every file that the scripts write or look for, with who writes it and why. Nothing else names a path. The names on the
# volumes do not change: a server that an earlier release started goes on using them.

# Empty inside containers; the tests put everything below a directory of their own.
ROOT=${ROOT:-}

# ---- The data volume, in the server's and in the agent's container -------------------------------------------------
data_dir=$ROOT/data
# Agent: whose data this is: the settings volume's ID, the flavor that wrote it, and the database's full name. With the ID
# after its name, while that agent reaches for the place.
owner_file=$data_dir/.redis-database
# Server, at its start: the fingerprint of its container, and its version.
server_file=$data_dir/.redis-server
# Agent: files that `data.files` did not name, which Redis would overwrite.
set_aside_dir=$data_dir/before-adoption
dump_file=$data_dir/dump.rdb
# The append-only file: a directory from 7.0 on, one file before.
log_dir=$data_dir/appendonlydir
log_manifest=$log_dir/appendonly.aof.manifest
log_file=$data_dir/appendonly.aof

# ---- The settings volume, in every container of a server; only the agent may write it, but for run/ and acl/ --------
settings_dir=$ROOT/settings
# Held by the agent while it works: a killed update can leave a second agent behind.
lock_file=$settings_dir/lock
# Identifies this volume, for owner_file.
id_file=$settings_dir/id
# Passwords of the users `agent` and `health` (from 6.0 on). They never leave the volume.
agent_secret=$settings_dir/agent.secret
health_secret=$settings_dir/health.secret
# One directory for each set of settings, named after its content; staging_dir is the one being written. Hidden in it, and no
# part of that content: .settings, all settings as its trial server had them, and .meanwhile, those that a server keeps until
# its successor takes its place.
generations_dir=$settings_dir/generations
staging_dir=$generations_dir/new
# Symbolic links to the generation in force: its settings, and its certificate, which can be ahead of them for a moment.
current_dir=$settings_dir/current
tls_dir=$settings_dir/tls
# The size that the program had when an earlier release gave it more maxmemory, and that maxmemory in MiB.
kept_maxmemory_file=$settings_dir/maxmemory
# Agent: the limits of redis.conf that hold until Docker has given the server's container the memory that is wanted.
former_limits_file=$settings_dir/limits.conf
# Passwords that were replaced, one a line: the second in which that happened, the hash, and the user.
retired_file=$settings_dir/retired
# Settings that the running server had before an update that is not committed changed them: lines of name, tab, value.
former_settings=$settings_dir/former
# Agent: where it writes what it then moves to acl/ or run/.
new_file=$settings_dir/new
# Agent of a primary without data: there while it asks for it; its replicas' agents put their offers there.
offers_dir=$settings_dir/offers
asked_marker=$offers_dir/asked

# What the server's users are read from, at its start. The server writes it, too (ACL SAVE).
acl_dir=$settings_dir/acl
acl_file=$acl_dir/users.acl
# Agent: the names of the users that it has made for replicas. A start of the server removes these from that file.
created_followers_file=$settings_dir/followers
# Agent: the names of the users that it has made since the program asks for them, in `users`.
created_users_file=$settings_dir/users
# Before 6.0, its one password. An agent that is stopped while it replaces it finds one of the two names.
password_file=$acl_dir/password.conf
next_password_file=$password_file.next
# Server, at its start, before 6.0: a password that only the agent knows, while the server is closed to everybody else.
closed_file=$acl_dir/closed.conf

# HAProxy's socket, where HAProxy terminates TLS (before 6.0).
terminator_dir=$settings_dir/terminator
terminator_socket=$terminator_dir/stats.sock

# ---- run/ on the settings volume: what server and agent tell each other ----------------------------------------------
run_dir=$settings_dir/run
socket=$run_dir/redis.sock
# Server, at each start: the address of its container.
own_address_file=$run_dir/address
# Server, at its start, and health check: the MiB of memory that its container may use.
memory_limit_file=$run_dir/memory
# Server, at its end: the second in which the kernel killed it, the host name of its container, and what happened.
killed_file=$run_dir/killed
# Tunnel, at each start: the address of its container (before 6.0). The name is that of earlier releases.
tunnel_address_file=$run_dir/link
# Agent: address and port of the primary, for the server's next start.
primary_file=$run_dir/primary
# Agent, or the server at its start: which kind of file the next start must read, where that is not the flavor's own,
# until the agent has settled it.
unsettled_file=$run_dir/unsettled
# Agent: why it refused to settle the data, or what went wrong while it watched.
refusal_file=$run_dir/refused
# Agent: somebody changed its user, so that it cannot log in.
locked_out_marker=$run_dir/locked_out
# Server, at its start: it is a primary with replicas, has started before, and has no data now.
starts_empty_marker=$run_dir/starts_empty
# Agent: what a person can do about that, while the replicas are held back.
blocked_file=$run_dir/held
# Agent or health check: somebody promoted this replica by hand, so its starts follow nobody.
promoted_marker=$run_dir/promoted
# Server: a line for each start that has not led to a first sync.
starts_file=$run_dir/starts
# Agent: its modification time is when the health check begins to report that a certificate ends.
expiry_marker=$run_dir/expiry
# Health check: the host name of the container that has answered once.
answered_file=$run_dir/answered
# Agent of a replica: there while it offers its data.
offering_marker=$run_dir/offering
# Agent: the certificates of both CAs, while a primary takes its data back from a replica.
refill_ca_file=$run_dir/refill.crt

# ---- The settings volume of a primary on the same Docker host, in the agent's container of a replica -----------------
primary_dir=$ROOT/primary
primarys_address_file=$primary_dir/run/address
primarys_offers_dir=$primary_dir/offers
primarys_asked_marker=$primarys_offers_dir/asked

# ---- The control group of a container, as Docker shows it there: version 2, or 1 --------------------------------------
cgroup_dir=$ROOT/sys/fs/cgroup
memory_max_file=$cgroup_dir/memory.max
memory_events_file=$cgroup_dir/memory.events
memory_max_file_1=$cgroup_dir/memory/memory.limit_in_bytes
memory_events_file_1=$cgroup_dir/memory/memory.oom_control

# ---- The agent's container -----------------------------------------------------------------------------------------
# What the program wants, as one file: Docker uploads it.
desired_file=$ROOT/desired
scratch_dir=$ROOT/tmp
# Markers for its own health check: the settings are applied, Docker knows that, or they were refused. The first says which
# generation they are.
applied_marker=$scratch_dir/applied
reported_marker=$scratch_dir/reported
refused_marker=$scratch_dir/refused
# After a refusal: the generation in force, for the day on which somebody changes its files.
in_force_dir=$scratch_dir/in_force
# Standard error since the last look.
errors_file=$scratch_dir/errors
# Its modification time is when the settings on the volume were known to be whole.
intact_marker=$scratch_dir/intact
# Its modification time is when the last look began; the next one takes its place.
last_check_marker=$scratch_dir/last_check
check_start_marker=$scratch_dir/check_start
# The directory of the trial server, with its socket, its configuration and its log.
trial_dir=$scratch_dir/trial
trial_socket=$trial_dir/redis.sock
# Of the server that reads data before it is adopted. What it takes for its dump is a symbolic link to the data.
reader_dir=$scratch_dir/reader
reader_dump=$reader_dir/read.rdb
reader_socket=$reader_dir/redis.sock
reader_log=$reader_dir/log
# Settings as lines of name, tab, value: of the trial server; of the running one; what the program wants, and that without
# how data is kept; what of that the running server can take; what it has differently.
trial_settings=$scratch_dir/trial.settings
running_settings=$scratch_dir/running.settings
enforced_settings=$scratch_dir/enforced.settings
wanted_settings=$scratch_dir/wanted.settings
applicable_settings=$scratch_dir/applicable.settings
changed_settings=$scratch_dir/changed.settings
# Names of the directives in the wanted configuration and in the one in force.
directive_names=$scratch_dir/directives
# Last look: the server's INFO, its users as it listed them, and as it listed them once they were as they should be.
running_info=$scratch_dir/running.info
running_users=$scratch_dir/running.users
expected_users=$scratch_dir/expected.users
# Hashes and users of the passwords in force, of those wanted, and of those no longer wanted.
hashes_in_force=$scratch_dir/hashes.current
hashes_wanted=$scratch_dir/hashes.wanted
hashes_replaced=$scratch_dir/hashes.replaced
# Passwords in grace; ACL lines as sent to the server; as it lists them afterwards; and how many were in grace then.
grace_file=$scratch_dir/grace
sent_users=$scratch_dir/users
listed_users=$scratch_dir/users.listed
users_grace_count=$scratch_dir/users.grace
# The same for the users of replicas.
sent_followers=$scratch_dir/followers
listed_followers=$scratch_dir/followers.listed
# HAProxy's answer.
terminator_reply=$scratch_dir/terminator.reply
# Pipes to and from the redis-cli of the connection that the agent keeps.
connection_input=$scratch_dir/connection.in
connection_output=$scratch_dir/connection.out

# ---- The server's and HAProxy's containers: /tmp is empty after each start -------------------------------------------
# Health check: it has passed and not failed since; it is empty while a check is at work.
healthy_marker=$scratch_dir/healthy
# Health check: how often it has failed in a row.
failures_file=$scratch_dir/failures
# Health check: this container has answered once. The next start puts it back (answered_file).
answered_marker=$scratch_dir/answered
# Health check: the agent's refusal that the container's log has already.
logged_refusal=$scratch_dir/refusal
# Server, at its start: what is older was there before.
started_marker=$scratch_dir/started
# Health check: the log says that the kernel killed the server.
logged_kill=$scratch_dir/killed
# The tunnel's own HAProxy socket.
tunnel_socket=$scratch_dir/stats.sock
tunnel_conf=$current_dir/link.cfg

# Makes sure that a marker is there. (`: >` would end the shell where it cannot be written.)
#   $1       the marker
mark() { [ -e "$1" ] || true >"$1"; }
