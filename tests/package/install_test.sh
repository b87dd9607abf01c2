#!/bin/bash
# The package of this machine's architecture: lintian finds nothing, and in a clean Debian root it installs, runs its
# demonstration, answers a scrape, installs again, upgrades and goes without a trace.
# Usage: tests/package/install_test.sh PROGRAM     (the program is not used: the package has its own)
set -euo pipefail
cd "$(dirname "$0")/../.."
architecture=$(dpkg --print-architecture)
packaging/build-deb "$architecture" > build/build-deb.log 2>&1 || { tail -n 30 build/build-deb.log >&2; exit 1; }
exec tests/package/check_deb "$architecture"
