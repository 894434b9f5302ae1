# shellcheck shell=sh disable=SC2034 # each script uses some of these
# Every file that the scripts for backups read or write, in addition to those of shared/files.sh.

# ---- The volume for the files of backups, in the containers `backup` and `notifier` ----------------------------------
backup_dir=$ROOT/backup
# Container `restic`: the program and the CA certificates, which the server's image does not have.
bin_dir=$backup_dir/bin
restic=$bin_dir/restic
ca_certificates=$bin_dir/ca-certificates.crt
# Where the image of restic has them.
image_restic=$ROOT/usr/bin/restic
image_ca_certificates=$ROOT/etc/ssl/certs/ca-certificates.crt
cache=$backup_dir/cache
# Locked by a running command, because each of them uses dumps_dir. The kernel releases the lock of a killed one.
turn_file=$backup_dir/lock
# Dumps that are being written or verified. Emptied by every command that takes its turn.
dumps_dir=$backup_dir/staging
staged_dump=$dumps_dir/dump.rdb
# The directory of the throw-away server that loads a backup.
load_dir=$dumps_dir/load
load_dump=$load_dir/dump.rdb
load_socket=$load_dir/redis.sock
load_log=$load_dir/log
# State that outlives the container. JSON objects on one line: the last backup that is in a repository; the last
# verification; and the failure since the last run without one. Every user may read them.
status_dir=$backup_dir/status
last_file=$status_dir/last
verified_file=$status_dir/verified
failing_file=$status_dir/failing
# The reason for the alarm of the last backup.
alarm_file=$status_dir/alarm
# Times in seconds: the start of the last run that stored its backup in every repository; when the next run is due; when the last verification
# started; and when the newest backup in some repository becomes too old.
last_run_file=$status_dir/run
next_run_file=$status_dir/next
last_verify_file=$status_dir/verify
deadline_file=$status_dir/deadline
# The directory with a file for each repository: the time of its newest backup in seconds, a tab, and the location.
stored_dir=$status_dir/stored

# ---- The backup container ------------------------------------------------------------------------------------------
# The directory with the files of the bundle in desired_file.
desired=$scratch_dir/desired
# Exists once this container has opened each repository. Until then, the second file has the reason why it cannot.
opened_marker=$scratch_dir/opened
closed_reason=$scratch_dir/closed
# When this container started, in seconds.
start_file=$scratch_dir/start
# Temporary files of a process. work_files matches them all.
work_files=$scratch_dir/work
# The cause of a failure: its code, a tab, and its reason.
failure_file=$work_files.$$.failure
# Standard error of restic and of redis-cli, the output of the check of a dump, and a list of snapshots.
restic_errors=$work_files.$$.restic
dump_errors=$work_files.$$.dump
check_output=$work_files.$$.check
listed_snapshots=$work_files.$$.snapshots
# A pipe to sha256sum, and its output.
sum_pipe=$work_files.$$.pipe
sum_output=$work_files.$$.sum

# ---- The settings volume -------------------------------------------------------------------------------------------
# Agent: the password of the user `backup` (from 6.0 on).
backup_secret=$settings_dir/backup.secret

# ---- The notifier's container --------------------------------------------------------------------------------------
# The problems that were reported and still exist (notify.sh).
notified_file=$scratch_dir/notified
# The notification that is being posted.
notification=$scratch_dir/notification
