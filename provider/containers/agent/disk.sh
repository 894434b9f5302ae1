# shellcheck shell=sh
# Whether the wanted disk size holds the data that is there, and the disk has it.

check_disk() {
    local in_use size
    [ -n "$(wanted disk_mb)" ] || return 0
    # What happens on a disk that was large enough is for the health check to say, and no reason to refuse anything.
    if [ "$(wanted disk_mb)/$(wanted disk_needed_mb)" = "$(current disk_mb)/$(current disk_needed_mb)" ]; then return; fi
    in_use=$(du -sm "$data_dir" | cut -f 1)
    [ "$in_use" -le "$(wanted disk_mb)" ] ||
        refuse disk-size-below-use "diskSizeGb: is $(wanted disk_size_gb), but $in_use MiB are in use; give at least $(gib "$in_use")"
    size=$(df -Pm "$data_dir" | awk 'NR == 2 { print $2 }')
    [ "$size" -ge "$(wanted disk_needed_mb)" ] ||
        refuse disk-too-small-for-files "diskSizeGb: is $(wanted disk_size_gb), but the disk of $(wanted place) has $size MiB in all, of the $(wanted disk_needed_mb) that the files can take; give a larger one (a quota is raised on the Docker host) or less memoryMb"
}

#   $1       MiB
#   prints   GiB, rounded up to two digits
gib() { awk -v mib="$1" 'BEGIN { hundredths = mib * 100 / 1024; whole = int(hundredths); print (whole + (hundredths > whole)) / 100 }'; }

#   prints   MiB that are free for data
free_mb() { df -Pm "$data_dir" | awk 'NR == 2 { print $4 }'; }
