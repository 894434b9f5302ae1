# shellcheck shell=sh
# Root's way with files in directories that belong to the server's user (the data, acl/, run/) or to HAProxy's. Whoever has
# taken over one of these can put a link in the place of a file there, between any two commands. So root writes elsewhere
# and moves (replace_file), reads what is no link, and removes and changes what is in a directory from within it.

#   $1       a file
#   prints   what is in it; nothing where it is not there, or is something else's second name
text_of() {
    # shellcheck disable=SC2094 # it is only read
    if [ -f "$1" ]; then print_opened "$1" 3<"$1"; fi 2>/dev/null || true
}

# What was opened counts, and not what had that name a moment before. One that was replaced since is called deleted.
#   $1       a file, open as descriptor 3
#   prints   what is in it, if it is that file and has no other name
print_opened() {
    case $(readlink /proc/self/fd/3) in
    "$1" | "$1 (deleted)") if [ "$(stat -L -c %h /proc/self/fd/3)" -le 1 ]; then cat <&3; fi ;;
    esac
}

#   $1       a file
#   prints   its first line
first_line_of() { text_of "$1" | head -n 1; }

# Makes sure that a marker is there.
#   $1       the marker
place_marker() { [ -e "$1" ] || replace_file "$1" '' 644 </dev/null; }

# Makes a directory the working directory. What has a name without a path is in it from then on, whatever takes its place.
#   $1       the directory
#   fails    if it is not there, or is a link
enter() {
    cd "$1" || return 1
    if [ "$(pwd -P)" = "$1" ]; then return; fi
    echo "$1 is a link" >&2
    return 1
}

# Removes a directory of files. (`rm -r` of busybox follows a link that takes its place meanwhile.)
#   $1       the directory
remove_dir() {
    (enter "$1" && rm -f ./* ./.[!.]*) 2>/dev/null || true
    rmdir "$1" 2>/dev/null || rm -f "$1"
}
