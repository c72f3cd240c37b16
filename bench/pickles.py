#!/usr/bin/python3
"""Measures larder beside joblib and C pickle on objects of many parts, and prints the tables of bench/OBJECTS.md.

    python3 bench/pickles.py BUILD [--rounds 7] [--scratch FOLDER]

The objects are a dict of a million str to int, and a random forest of 500 trees, both made here, each in a joblib file and in a
plain pickle. Rounds and ratios are those of bench/peers.
"""

import gc
import os
import pickle
import statistics
import subprocess
import sys
import tempfile

import joblib

from measuring import median_ratio, parse, parser_of, print_table, run_benchmarks, timed, verdict

OBJECTS = ("dict", "forest")
KEYS = 1_000_000
PROTOCOL = pickle.DEFAULT_PROTOCOL  # joblib's, and larder's


def make_dict():
    return {f"key_{number}": number for number in range(KEYS)}


def make_forest():
    from sklearn.datasets import make_classification
    from sklearn.ensemble import RandomForestClassifier

    x, y = make_classification(n_samples=3200, n_features=20, n_informative=10, flip_y=0.1, random_state=0)
    return RandomForestClassifier(500, random_state=0, n_jobs=2).fit(x, y)


def dump_pickle(value, path):
    with open(path, "wb") as file:
        pickle.dump(value, file, protocol=PROTOCOL)


def load_pickle(path):
    with open(path, "rb") as file:
        return pickle.load(file)


def measure_python(values, folder):
    """joblib and C pickle: {(group, subject, who): {real_time in ms}}, as run_benchmarks."""
    found = {}
    for name, value in values.items():
        joblib_path, pickle_path = os.path.join(folder, name + ".joblib"), os.path.join(folder, name + ".pickle")
        target = os.path.join(folder, "target")
        for group, subject, who, work in (
            ("object_load", joblib_path, "joblib", lambda: joblib.load(joblib_path)),
            ("object_load", joblib_path, "joblib_mapped", lambda: joblib.load(joblib_path, mmap_mode="r")),
            ("object_load", pickle_path, "pickle", lambda: load_pickle(pickle_path)),
            ("object_dump", joblib_path, "joblib", lambda: joblib.dump(value, target)),
            ("object_dump", pickle_path, "pickle", lambda: dump_pickle(value, target)),
        ):
            gc.collect()
            seconds, _ = timed(work)
            if os.path.exists(target):
                os.remove(target)
            found[group, os.path.basename(subject), who] = {"real_time": seconds * 1000}
    return found


def median_ms(rounds, measured):
    return statistics.median(one[measured]["real_time"] for one in rounds)


# group, file, larder's way, the peer's file and name, what the comparison is called, the goal (None: no goal)
PAIRS = (
    ("object_load", "dict.joblib", "larder", "dict.joblib", "joblib", "joblib.load", 50),
    ("object_load", "dict.joblib", "larder", "dict.pickle", "pickle", "C pickle.load of the pickled dict", 8),
    ("object_load", "dict.pickle", "larder", "dict.pickle", "pickle", "C pickle.load", 8),
    ("object_load", "forest.joblib", "larder", "forest.joblib", "joblib", "joblib.load", 50),
    ("object_load", "forest.joblib", "larder_mapped", "forest.joblib", "joblib_mapped", "joblib.load, mmap_mode='r'", 50),
    ("object_load", "forest.joblib", "larder_mapped", "forest.joblib", "joblib", "joblib.load", 50),
    ("object_load", "forest.joblib", "larder", "forest.pickle", "pickle", "C pickle.load of the pickled forest", None),
    ("object_load", "forest.pickle", "larder", "forest.pickle", "pickle", "C pickle.load", None),
    ("object_dump", "dict.joblib", "larder", "dict.joblib", "joblib", "joblib.dump", 30),
    ("object_dump", "dict.pickle", "larder", "dict.pickle", "pickle", "C pickle.dump", None),
    ("object_dump", "forest.joblib", "larder", "forest.joblib", "joblib", "joblib.dump", 30),
    ("object_dump", "forest.pickle", "larder", "forest.pickle", "pickle", "C pickle.dump", None),
)


def print_speeds(rounds):
    rows = []
    for group, file, way, peer_file, who, name, goal in PAIRS:
        ours, theirs = (group, file, way), (group, peer_file, who)
        ratio = median_ratio(rounds, ours, theirs, lambda entry: entry["real_time"])
        what = f"{group.removeprefix('object_')} {file}" + (", mapped" if way.endswith("mapped") else "")
        goal_cells = [f">= {goal}", verdict(ratio >= goal)] if goal else ["", ""]
        times = [f"{median_ms(rounds, ours):.1f} ms", name, f"{median_ms(rounds, theirs):.0f} ms"]
        rows.append([what, *times, f"{ratio:.1f}", *goal_cells])
    print_table("Objects: load and dump", ["larder", "time", "peer", "its time", "times faster", "goal", "met"], rows)


def print_details(rounds):
    rows = []
    for file in ("dict.joblib", "dict.pickle"):
        find = median_ms(rounds, ("object_first_find", file, "larder"))
        rows.append([f"first look-up in the loaded {file}, which makes its index", f"{find:.1f} ms", "", ""])
    for file in ("dict.joblib", "dict.pickle"):
        free = ("object_free", file, "larder")
        each = statistics.median(one[free]["real_time"] / one[free]["nodes"] * 1e6 for one in rounds)
        rows.append([f"freeing {file}, a million nodes", f"{each:.2f} ms", "< 1 ms", verdict(each < 1)])
    base = ("object_keys", "random", "larder")
    rows.append([f"load of {KEYS} random int keys, and finding each", f"{median_ms(rounds, base):.0f} ms", "", ""])
    for hostile in sorted(key for key in rounds[0] if key[0] == "object_keys" and key != base):
        ratio = statistics.median(one[hostile]["real_time"] / one[base]["real_time"] for one in rounds)
        rows.append([f"the same with {hostile[1]}", f"{ratio:.2f} times as long", "<= 3", verdict(ratio <= 3)])
    print_table("Objects: first use, freeing, chosen keys", ["what", "median", "goal", "met"], rows)


PEAK = "print(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')).split()[1])"
PYTHON_LOADS = {"joblib": "import joblib; value = joblib.load({!r})", "pickle": "import pickle; value = pickle.load(open({!r}, 'rb'))"}


def python_peak(path, way):
    """MiB of resident memory at the peak of a Python that loads the file."""
    program = PYTHON_LOADS[way].format(path) + "; " + PEAK
    output = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True)
    return int(output.stdout) / 1024


def print_memory(options, folder):
    rows = []
    for name in OBJECTS:
        for way in ("joblib", "pickle"):
            path = os.path.join(folder, f"{name}.{way}")
            command = [options.build / "bench/larder_peak_memory", "load", path]
            ours = float(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
            theirs = python_peak(path, way)
            rows.append([f"{name}.{way}", f"{ours:.0f} MiB", f"{way}.load", f"{theirs:.0f} MiB", verdict(ours < theirs)])
    print_table("Objects: peak memory of a process that loads", ["file", "larder", "peer", "its peak", "below"], rows)


def main():
    parser = parser_of(__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    options = parse(parser)
    values = {"dict": make_dict(), "forest": make_forest()}
    gc.freeze()  # what is made here does not slow the collector when Python loads
    with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
        for name, value in values.items():
            joblib.dump(value, os.path.join(folder, name + ".joblib"))
            dump_pickle(value, os.path.join(folder, name + ".pickle"))
            print(name, *(f"{os.path.getsize(os.path.join(folder, name + end))} bytes in {end}" for end in (".joblib", ".pickle")))
        options.environment["LARDER_PICKLES"] = folder
        rounds = [run_benchmarks(options, "object_") | measure_python(values, folder) for _ in range(options.rounds)]
        print_speeds(rounds)
        print_details(rounds)
        print_memory(options, folder)


if __name__ == "__main__":
    main()
