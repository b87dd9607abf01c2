#!/usr/bin/env python3
"""Seeds for the fuzzers from the recordings: make_seeds.py RECORDINGS OUTPUT

Writes every distinct recorded line once: OUTPUT/command (lines to the printer), OUTPUT/reply (lines from it, each after a byte for the
dialect) and OUTPUT/trace (lines of the recordings themselves, one in fifty).
"""
import hashlib
import json
import pathlib
import sys


def save(folder, data):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha1(data).hexdigest()[:16]).write_bytes(data)


def main(recordings, output):
    for path in sorted(pathlib.Path(recordings).rglob("*.jsonl")):
        dialect = bytes([6 if "prusa" in path.parts else 36])
        pending = {"tx": b"", "rx": b""}
        for number, text in enumerate(path.read_text().splitlines()):
            if number % 50 == 0:
                save(output / "trace", text.encode())
            entry = json.loads(text)
            if entry["dir"] not in pending:
                continue
            *lines, pending[entry["dir"]] = (pending[entry["dir"]] + entry["data"].encode("latin-1")).split(b"\n")
            for line in lines:
                if len(line) > 300:
                    continue
                save(output / "command", line) if entry["dir"] == "tx" else save(output / "reply", dialect + line)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], pathlib.Path(sys.argv[2]))
