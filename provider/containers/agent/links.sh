# shellcheck shell=sh
# How the agent, which runs as root, accesses files in directories that the server's user (data, acl/, run/) or
# HAProxy's user can write to. A compromised server can replace a file there with a link between any two commands. The
# agent therefore writes a file elsewhere and moves it (replace_file), reads no links, and enters a directory before it
# removes or changes files there.

#   $1       a file
#   prints   its content; nothing if it does not exist, is a symbolic link, or has another hard link
text_of() {
    # shellcheck disable=SC2094 # it is only read
    if [ -f "$1" ]; then print_opened "$1" 3<"$1"; fi 2>/dev/null || true
}

# Checks the opened file, because the path may have changed since. If the file was replaced after it was opened, /proc
# marks it as deleted.
#   $1       the path of the file that is open as descriptor 3
#   prints   its content, if the descriptor refers to that path and the file has no other hard link
print_opened() {
    case $(readlink /proc/self/fd/3) in
    "$1" | "$1 (deleted)") if [ "$(stat -L -c %h /proc/self/fd/3)" -le 1 ]; then cat <&3; fi ;;
    esac
}

#   $1       a file
#   prints   its first line
first_line_of() { text_of "$1" | head -n 1; }

# Creates a marker, if it does not exist.
#   $1       the marker
place_marker() { [ -e "$1" ] || replace_file "$1" '' 644 </dev/null; }

# Changes to a directory. Relative paths then refer to it, even if the directory is replaced.
#   $1       the directory
#   fails    if it does not exist, or is a link
enter() {
    cd "$1" || return 1
    if [ "$(pwd -P)" = "$1" ]; then return; fi
    echo "$1 is a link" >&2
    return 1
}

# Removes a directory of files. (`rm -r` of busybox follows a link that replaces the directory in the meantime.)
#   $1       the directory
remove_dir() {
    (enter "$1" && rm -f ./* ./.[!.]*) 2>/dev/null || true
    rmdir "$1" 2>/dev/null || rm -f "$1"
}
