#!/usr/bin/python3
"""Runs larder and its peers on the same bytes, round by round, and writes RESULTS.md: each goal, what was reached, and the tables.

    python3 bench/peers BUILD [--quick | --standard | --full] [--only PART...] [--out FILE] [--data FOLDER] [--scratch FOLDER]

BUILD is a Release build with -DLARDER_BUILD_BENCH=ON; bench/run.sh makes one and runs this. Peers that are not installed are named as
missing. The exit status says whether everything ran, not whether it was fast.
"""

import dataclasses
import os
import pathlib
import sys
import tempfile
import time

sys.path.insert(1, str(pathlib.Path(__file__).resolve().parent.parent))
for threads in ("BLOSC_NTHREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(threads, "2")

try:
    import joblib  # noqa: F401  the first of the peers
    import numpy  # noqa: F401
except ImportError as missing:
    print(f"skipped: {missing.name} is not installed for {sys.executable}")
    sys.exit(77)

import arrays
import choices
import data
import effort
import foreign
import growing
import libraries
import machine
import memory
import others
import s3
import sizes
import stores
import streams
import uncompressed
from measuring import parse, parser_of
from programs import Worker
from reasons import REASONS
from report import Report

ROOT = pathlib.Path(__file__).resolve().parents[2]
PARTS = {
    "arrays": arrays.measure,
    "streams": streams.measure,
    "foreign": foreign.measure,
    "libraries": libraries.measure,
    "tiny": libraries.measure_tiny,
    "sizes": sizes.measure,
    "memory": memory.measure,
    "choices": choices.measure,
    "growing": growing.measure,
    "others": others.measure,
    "uncompressed": uncompressed.measure,
    "stores": stores.measure,
    "s3": s3.measure,
}


@dataclasses.dataclass
class Bench:
    """What every part gets."""

    options: object
    effort: object
    report: Report
    scratch: str
    worker: Worker
    sets: list
    build: pathlib.Path
    chart: pathlib.Path
    root: pathlib.Path = ROOT

    def data(self, most):
        """The data sets, at most `most` bytes of each."""
        return [one.first(most) for one in self.sets]

    def data_for(self, case):
        """As much of the data sets as the case's codec and level can be given in the time that there is."""
        slow = case.codec == "bz2" or (case.codec != "zstd" and case.level > 6)
        return self.data(self.effort.xz_most if case.codec == "xz" else self.effort.slow_most if slow else self.effort.most)


def parse_arguments():
    parser = parser_of(__doc__.splitlines()[0])
    for name in effort.ALL:
        parser.add_argument(f"--{name}", dest="effort", action="store_const", const=name, default="standard")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "bench/RESULTS.md")
    parser.add_argument("--data", default=os.environ.get("LARDER_DATA", ROOT.parent / "shared/data"))
    options = parse(parser)
    options.effort = effort.ALL[options.effort]
    options.environment["LARDER_BENCH_ARRAY_MIB"] = str(options.effort.array >> 20)
    if options.effort.name == "quick":
        options.environment["LARDER_BENCH_MIB"] = "1"
    if pathlib.Path(options.data).is_dir():
        options.environment["LARDER_DATA"] = str(options.data)
    return options


def run(options, scratch):
    started, load_before = time.time(), machine.load_text()
    options.environment["LARDER_BENCH_DIR"] = scratch
    sets, absent = data.data_sets(options.effort, options.data, scratch)
    bench = Bench(options, options.effort, Report(REASONS), scratch, Worker(options.build), sets, options.build,
                  options.out.with_suffix(".svg"))  # fmt: skip
    spent = []
    for name in options.only:
        before = time.time()
        PARTS[name](bench)
        spent.append(f"{name} {time.time() - before:.0f} s")
        print(f"\n({spent[-1]})", flush=True)
        bench.report.write(options.out, machine.describe(bench, started, load_before, spent, absent))
    bench.worker.close()
    print(f"\nwritten: {options.out}")


def main():
    options = parse_arguments()
    with tempfile.TemporaryDirectory(dir=options.scratch, prefix="peers-") as scratch:
        run(options, scratch)


if __name__ == "__main__":
    main()
