#!/bin/bash
# packaging/host-links: a link for each host port, none for anything else, and no other file is changed. In a mount
# namespace of its own, for the agent's devpts.
set -euo pipefail
cd "$(dirname "$0")/../../.."
if [ "${1:-}" != --inside ]; then
  user=()
  [ "$(id -u)" -eq 0 ] || user=(--map-root-user)
  exec unshare "${user[@]}" --mount --propagation private "tests/system/package/${0##*/}" --inside
fi
work=$(mktemp -d)
trap 'umount -l "$work/run/pts" "$work/run/other" 2> /dev/null || true; rm -r "$work"' EXIT
ports=$work/run
devices=$work/dev
mkdir "$ports" "$devices"

expect() {  # expect CLAIM LINKS: the content of the device directory
  local found
  found=$(find "$devices" -mindepth 1 -printf '%f>%l ' | tr ' ' '\n' | sort | xargs)
  [ "$found" = "$2" ] || { echo "$1: expected \"$2\", found \"$found\"" >&2; exit 1; }
}

# Two pseudo-terminals that stay until this script ends.
coproc { python3 -c 'import os, pty, sys
for _ in range(2):
    print(os.ttyname(pty.openpty()[1]), flush=True)
sys.stdin.read()'; }
read -r one <&"${COPROC[0]}"
read -r two <&"${COPROC[0]}"

ln -s "$one" "$ports/mk3"
ln -s "$two" "$ports/a b;"
ln -s /dev/null "$ports/null"
ln -s /dev/pts/ptmx "$ports/ptmx"
ln -s /etc/passwd "$ports/file"
touch "$ports/control.sock"
packaging/host-links "$ports" "$devices"
expect "a host port gets a link, other files and links to other devices do not" "ttyUSB_mk3>$ports/mk3"

touch "$devices/ttyUSB_mini"
ln -s /elsewhere "$devices/ttyUSB_other"
ln -s "$two" "$ports/mini"
packaging/host-links "$ports" "$devices"
expect "files of others stay" "ttyUSB_mini> ttyUSB_mk3>$ports/mk3 ttyUSB_other>/elsewhere"

ln -sfn "$two" "$ports/mk3"
packaging/host-links "$ports" "$devices"
expect "a port on another pseudo-terminal keeps its link" "ttyUSB_mini> ttyUSB_mk3>$ports/mk3 ttyUSB_other>/elsewhere"

ln -sfn /dev/null "$ports/mk3"
packaging/host-links "$ports" "$devices"
expect "the link of a port that became another device is removed" "ttyUSB_mini> ttyUSB_other>/elsewhere"

ln -sfn "$one" "$ports/mk3"
packaging/host-links "$ports" "$devices"
expect "a port that is a pseudo-terminal again gets its link" "ttyUSB_mini> ttyUSB_mk3>$ports/mk3 ttyUSB_other>/elsewhere"
rm "$ports/mk3"
packaging/host-links "$ports" "$devices"
expect "the link of a removed port is removed" "ttyUSB_mini> ttyUSB_other>/elsewhere"

# marlin-agent-pts.service: a devpts of the agent's own
mkdir "$ports/pts"
mount -t devpts -o newinstance,mode=0660,ptmxmode=0666 devpts "$ports/pts"
exec {ptmx}<> "$ports/pts/ptmx"
number=$(python3 -c 'import fcntl, struct
fcntl.ioctl(0, 0x40045431, struct.pack("i", 0))  # TIOCSPTLCK
print(struct.unpack("I", fcntl.ioctl(0, 0x80045430, bytes(4)))[0])  # TIOCGPTN' <&"$ptmx")
ln -s "pts/$number" "$ports/mk3"
ln -s pts/ptmx "$ports/own-ptmx"
mkdir "$ports/other"
mount --bind "$ports/pts" "$ports/other"
ln -s "other/$number" "$ports/elsewhere"
packaging/host-links "$ports" "$devices"
expect "a port in the agent's own devpts gets a link" "ttyUSB_mini> ttyUSB_mk3>$ports/mk3 ttyUSB_other>/elsewhere"
packaging/host-links "$ports" "$devices"
expect "and keeps it" "ttyUSB_mini> ttyUSB_mk3>$ports/mk3 ttyUSB_other>/elsewhere"
exec {ptmx}>&-
packaging/host-links "$ports" "$devices"
expect "the link of a closed port there is removed" "ttyUSB_mini> ttyUSB_other>/elsewhere"

umount "$ports/other" "$ports/pts"
touch "$ports/pts/$number"
mount --bind /dev/null "$ports/pts/$number"
packaging/host-links "$ports" "$devices"
expect "another device there gets no link" "ttyUSB_mini> ttyUSB_other>/elsewhere"
umount "$ports/pts/$number"

rm -r "$ports"
packaging/host-links "$ports" "$devices"
expect "a missing agent is no error" "ttyUSB_mini> ttyUSB_other>/elsewhere"
