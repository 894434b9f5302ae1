# shellcheck shell=sh
# Checks that the existing data fits the wanted disk size, and that the disk is large enough.

check_disk() {
    local in_use size
    [ -n "$(wanted disk_mb)" ] || return 0
    # An unchanged size was accepted before. If the disk has filled up since, the health check reports that.
    if [ "$(wanted disk_mb)/$(wanted disk_needed_mb)" = "$(current disk_mb)/$(current disk_needed_mb)" ]; then return; fi
    in_use=$(du -sm "$data_dir" | cut -f 1)
    [ "$in_use" -le "$(wanted disk_mb)" ] ||
        refuse disk-size-below-use "diskSizeGb: is $(wanted disk_size_gb), but $in_use MiB are in use; give at least $(gib "$in_use")"
    size=$(df -Pm "$data_dir" | awk 'NR == 2 { print $2 }')
    [ "$size" -ge "$(wanted disk_needed_mb)" ] ||
        refuse disk-too-small-for-files "diskSizeGb: is $(wanted disk_size_gb), but the disk of $(wanted place) has only $size MiB, and the files can take $(wanted disk_needed_mb); use a larger disk (raise a quota on the Docker host) or less memoryMb"
}

#   $1       MiB
#   prints   GiB, rounded up to two digits
gib() { awk -v mib="$1" 'BEGIN { hundredths = mib * 100 / 1024; whole = int(hundredths); print (whole + (hundredths > whole)) / 100 }'; }

#   prints   the free space for data, in MiB
free_mb() { df -Pm "$data_dir" | awk 'NR == 2 { print $4 }'; }
