#!/usr/bin/python3
"""Measures larder's Python package beside joblib, in one process, and prints Markdown tables.

    PYTHONPATH=BUILD/python python3 bench/python.py BUILD [--rounds 5] [--small] [--scratch FOLDER]

Each figure is the median of the rounds, in each of which both do the same, one after the other; times are of the wall clock. Loaded values
are compared with what was dumped. --small takes a hundredth of the sizes: to see that everything runs.
"""

import functools
import gc
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

import joblib
import numpy

import larder
from measuring import median_ratio, parse, parser_of, print_table, timed, verdict

OBJECTS = {"dict": (20, 15), "forest": (20, 15), "records": (20, 15)}  # what dump and load should be times faster than joblib's
IMPORT = "import numpy, time; start = time.perf_counter(); import larder; print(time.perf_counter() - start)"
LONGEST_IMPORT = 60  # ms


def make_dict(scale):
    return {f"key_{number}": number for number in range(1_000_000 // scale)}


def make_records(scale):
    return [{"name": f"name {number}", "value": number * 0.5, "tags": ("a", number)} for number in range(200_000 // scale)]


def make_forest(scale):
    from sklearn.datasets import make_classification
    from sklearn.ensemble import RandomForestClassifier

    x, y = make_classification(n_samples=3200, n_features=20, n_informative=10, flip_y=0.1, random_state=0)
    return RandomForestClassifier(max(500 // scale, 5), random_state=0, n_jobs=2).fit(x, y)


def make_array(scale):
    walk = numpy.random.default_rng(0).integers(-3, 4, 32_000_000 // scale).cumsum()
    return walk.astype(numpy.float32) / 4  # 128 MB that compress


def equal(one, other):
    if isinstance(one, numpy.ndarray):
        return numpy.array_equal(one, other)
    if not hasattr(one, "estimators_"):
        return one == other
    x = numpy.random.default_rng(0).normal(size=(100, one.n_features_in_))
    return numpy.array_equal(one.predict_proba(x), other.predict_proba(x)) and vars(one).keys() == vars(other).keys()


def in_rounds(options, works):
    """Medians in ms and the median of theirs by ours; works: {who: function}."""
    rounds = []
    for _ in range(options.rounds):
        one = {}
        for who, work in works.items():
            gc.collect()
            one[who] = timed(work)[0] * 1000
        rounds.append(one)
    medians = {who: statistics.median(one[who] for one in rounds) for who in works}
    return medians, median_ratio(rounds, "larder", "joblib", lambda value: value)


def row(what, medians, ratio, goal):
    cells = [f"{medians[who]:.1f} ms" for who in ("larder", "joblib")]
    return [what, *cells, f"{ratio:.1f}", f">= {goal}" if goal else "", verdict(ratio >= goal) if goal else ""]


def measure(options, folder, name, value, goals, **how):
    paths = {who: os.path.join(folder, who) for who in ("larder", "joblib")}
    modules = {"larder": larder, "joblib": joblib}
    dumps = {who: functools.partial(modules[who].dump, value, paths[who], **how) for who in modules}
    loads = {who: functools.partial(modules[who].load, paths[who]) for who in modules}
    rows = [row(f"dump {name}", *in_rounds(options, dumps), goals[0])]
    for who in modules:
        if not (equal(value, loads[who]()) and equal(value, modules["joblib" if who == "larder" else "larder"].load(paths[who]))):
            sys.exit(f"{name}: what {who} dumped is loaded as something else")
    rows.append(row(f"load {name}", *in_rounds(options, loads), goals[1]))
    return rows


def measure_import(options):
    environment = os.environ | {"PYTHONPATH": str(options.build / "python")}
    times = [float(subprocess.run([sys.executable, "-c", IMPORT], stdout=subprocess.PIPE, check=True, env=environment).stdout) * 1000
             for _ in range(options.rounds)]  # fmt: skip
    return statistics.median(times)


def main():
    parser = parser_of(__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--small", action="store_true")
    options = parse(parser)
    scale = 100 if options.small else 1
    folder = tempfile.mkdtemp(dir=options.scratch)
    try:
        rows = []
        for make, goals in zip((make_dict, make_forest, make_records), OBJECTS.values()):
            rows += measure(options, folder, make.__name__.removeprefix("make_"), make(scale), goals)
        header = ["what", "larder", "joblib", "times faster", "goal", "met"]
        print_table(f"Objects ({options.rounds} rounds)", header, rows)
        array = make_array(scale)
        rows = measure(options, folder, "128 MB of float32", array, (1, 1))
        for codec in ("zlib", "gzip", "bz2", "lz4", "xz"):
            if codec == "lz4" and joblib.compressor.lz4 is None:
                continue
            rows += measure(options, folder, f"it, {codec}", array, (None, None), compress=codec)
        print_table("Arrays", header, rows)
        shortest = measure_import(options)
        print(f"\nimport larder, behind numpy: {shortest:.1f} ms (goal: < {LONGEST_IMPORT} ms: {verdict(shortest < LONGEST_IMPORT)})")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
