#!/usr/bin/python3
"""How good the choices of compress="auto" are on the files of a folder: larder_auto on each of them, .zip unpacked, by
default and over a link. Exit status 1 where a choice costs more than 1.05 times what zstd:3 does.

    auto.py BUILD_DIRECTORY [FOLDER]     FOLDER: LARDER_DATA where it is not given
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

BUDGETS = ("", "link=80MB/s")


def unpacked(folder, target):
    files = []
    for path in sorted(pathlib.Path(folder).iterdir()):
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                files += [archive.extract(name, target) for name in archive.namelist()]
        else:
            files.append(path)
    return files


def main(build, folder=None):
    with tempfile.TemporaryDirectory() as target:
        files = unpacked(folder or os.environ["LARDER_DATA"], target)
        statuses = []
        for budget in BUDGETS:
            command = [pathlib.Path(build) / "bench" / "larder_auto"] + (["-b", budget] if budget else [])
            statuses.append(subprocess.run(command + files, check=False).returncode)
    return max(statuses)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
