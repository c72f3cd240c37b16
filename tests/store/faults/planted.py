#!/usr/bin/python3
"""Plants defects and makes sure that the suites notice: a test that passes whatever the store does proves nothing.

    planted.py SHIM TESTS KILL_LOOP POWER_CUT WORKER

The defects are those of plants.h, planted by the shim between larder and the system: nothing has to be built anew. For each, a
part of a suite runs twice: as it is, when it must pass (or is skipped), and under the defect, when it must fail.
"""

import os
import subprocess
import sys

SKIPPED = 77
SHIM, TESTS, KILL_LOOP, POWER_CUT, WORKER = sys.argv[1:]


def test(name):
    return [TESTS, name]


KILLS = [KILL_LOOP, "50"]
CUTS = [sys.executable, "-B", POWER_CUT, WORKER, "8"]

PLANTED = (
    ("no-file-sync", CUTS),
    ("no-directory-sync", CUTS),
    ("no-locks", test("a store opened twice in one process*")),
    ("no-locks", KILLS),
    ("replacing", test("put_if_absent has exactly one winner*")),
    ("copying-rename", test("32 processes*")),
    ("torn-write", test("verify names what is damaged*")),
    ("torn-write", KILLS),
    ("no-attribute", test("a page of zeros*")),
    ("leaking-close", test("a process without descriptors*")),
)


def status_of(command, plant=None):
    environment = dict(os.environ)
    if plant:
        environment.update(LD_PRELOAD=SHIM, LARDER_PLANT=plant)
    try:
        return subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120).returncode
    except subprocess.TimeoutExpired:
        return "never ends"


def main():
    missed = 0
    healthy = {}
    for plant, command in PLANTED:
        key = tuple(command)
        if key not in healthy:
            healthy[key] = status_of(command)
        what = " ".join(os.path.basename(word) for word in command if word not in (sys.executable, "-B"))
        if healthy[key] == SKIPPED:
            print(f"{plant}: not tried: {what} is skipped here")
            continue
        status = status_of(command, plant)
        caught = healthy[key] == 0 and status not in (0, SKIPPED)
        missed += not caught
        print(f"{plant}: {what}: {'caught' if caught else f'MISSED (status {status}; {healthy[key]} without the defect)'}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
