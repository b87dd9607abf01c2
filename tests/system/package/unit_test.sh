#!/bin/bash
# The units: accepted by systemd, and with an exposure of at most 1.6 of 10 (lower is better).
# Usage: tests/system/package/unit_test.sh PROGRAM
set -euo pipefail
cd "$(dirname "$0")/../../.."
program=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

# `verify` needs the programs: the unit is unchanged except for the paths of what it starts.
for unit in packaging/*.service packaging/*.path packaging/*.socket; do
  sed -e "s|^ExecStart=/usr/bin/marlin-agent |ExecStart=$program |" \
      -e "s|^ExecStart=/usr/libexec/marlin-agent/port-users|ExecStart=$(dirname "$program")/port-users|" \
      -e "s|^ExecStart=/usr/libexec/marlin-agent/|ExecStart=$PWD/packaging/|" "$unit" > "$work/$(basename "$unit")"
done
found=$(systemd-analyze verify --man=no "$work"/*.service "$work"/*.path "$work"/*.socket 2>&1 | grep -F marlin-agent || true)
if [ -n "$found" ]; then
  echo "systemd-analyze verify: $found" >&2
  exit 1
fi
systemd-analyze security --no-pager --offline=true --threshold=16 packaging/marlin-agent.service | tail -n 1
systemd-analyze security --no-pager --offline=true --threshold=16 packaging/marlin-agent-port-users@.service | tail -n 1

# The agent may open every kind of serial port that it asks the helper about.
kinds=$(grep -o '"/dev/tty[A-Za-z]*"' agent/process/port_users_answer.cpp | tr -d '"')
[ "$(wc -w <<< "$kinds")" -ge 4 ] || { echo "no kinds of serial ports found in port_users_answer.cpp" >&2; exit 1; }
for kind in $kinds; do
  grep -qx "DeviceAllow=char-${kind#/dev/} rw" packaging/marlin-agent.service || { echo "the unit does not allow $kind" >&2; exit 1; }
done

# The program needs these lines of the unit: a missing one would cost a print.
modules="modprobe@cdc_acm.service modprobe@usbserial.service"
for line in Type=notify Restart=always FileDescriptorStoreMax=2048 RuntimeDirectoryPreserve=restart "RestartPreventExitStatus=1 2" \
  "Wants=$modules" "After=$modules"; do
  grep -qxF "$line" packaging/marlin-agent.service || { echo "the unit has no line $line" >&2; exit 1; }
done
