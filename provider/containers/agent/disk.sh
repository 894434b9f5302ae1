# shellcheck shell=sh disable=SC2154 # it is a part of agent.sh
# Whether the disk that is wanted holds the data that is there, and is one that there is.

check_disk() {
    [ -n "$(wanted disk_mb)" ] || return 0
    # Whatever happens on a disk that was large enough is the health check's to tell, and no reason to refuse anything.
    if [ "$(wanted disk_mb)/$(wanted disk_needed_mb)" = "$(current disk_mb)/$(current disk_needed_mb)" ]; then return; fi
    in_use=$(du -sm /data | cut -f 1)
    [ "$in_use" -le "$(wanted disk_mb)" ] ||
        refuse disk-size-below-use "diskSizeGb: is $(wanted disk_size_gb), but $in_use MiB are in use; give at least $(gib "$in_use")"
    holds=$(df -Pm /data | awk 'NR == 2 { print $2 }')
    [ "$holds" -ge "$(wanted disk_needed_mb)" ] ||
        refuse disk-too-small-for-files "diskSizeGb: is $(wanted disk_size_gb), but the disk of $(wanted place) has $holds MiB in all, of the $(wanted disk_needed_mb) that the files can take; give a larger one (a quota is raised on the Docker host) or less memoryMb"
}

# In GiB, rounded up as people write it.
gib() { awk -v mib="$1" 'BEGIN { hundredths = mib * 100 / 1024; whole = int(hundredths); print (whole + (hundredths > whole)) / 100 }'; }
