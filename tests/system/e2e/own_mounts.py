"""Runs a test script in a mount namespace of its own: what it mounts ends with it."""
import os
import shutil
import subprocess
import sys

VARIABLE = "MARLIN_OWN_MOUNTS"


def are_ours():
    return VARIABLE in os.environ


def enter(*mounting):
    """Starts the script again inside, unless it is there already. `mounting`: the type of file system and the options that
    it will mount; False: this user may not do that."""
    if are_ours():
        return True
    kind, *options = mounting
    command = ["unshare", "--mount", "--propagation", "private"] + (["--map-root-user"] if os.geteuid() else [])
    if not shutil.which("unshare") or subprocess.run([*command, "mount", "-t", kind, *options, kind, "/mnt"], capture_output=True,
                                                     check=False).returncode != 0:
        return False
    os.execvpe(command[0], [*command, sys.executable, *sys.argv], {**os.environ, VARIABLE: "1"})
