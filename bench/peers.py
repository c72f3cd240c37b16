#!/usr/bin/python3
"""Measures larder beside its peers, round by round, and prints the tables of bench/README.md.

    python3 bench/peers.py BUILD [--rounds 7] [--only files|mapping|codecs|memory] [--data FOLDER] [--scratch FOLDER]

BUILD is a Release build with -DLARDER_BUILD_BENCH=ON. In each round every side runs once, one after another; what is compared are
the ratios within a round, and their median is what counts: the machine's speed changes from minute to minute, for both sides.
"""

import os
import pathlib
import statistics
import subprocess
import tempfile

from measuring import median_ratio, parse, parser_of, print_table, run_benchmarks, timed, verdict

ROOT = pathlib.Path(__file__).resolve().parent.parent
CODECS = ("zlib", "gzip", "bz2", "lzma", "xz", "lz4", "zstd")


def python_files(options, array):
    """joblib and numpy on the same array: {(group, subject, "python"): {real_time, cpu_ms}}, in ms."""
    import joblib
    import numpy

    found = {}
    with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
        joblib_path, npy_path = os.path.join(folder, "a.joblib"), os.path.join(folder, "a.npy")
        for group, subject, work in (
            ("dump", "joblib", lambda: joblib.dump(array, joblib_path)),
            ("dump", "npy", lambda: numpy.save(npy_path, array)),
            ("load", "joblib", lambda: joblib.load(joblib_path)),
            ("load", "npy", lambda: numpy.load(npy_path)),
        ):
            numpy.ones(array.size * 2)  # for the reason of warm_free_memory in files.cpp
            seconds, cpu = timed(work)
            found[group, subject, "python"] = {"real_time": seconds * 1000, "cpu_ms": cpu * 1000}
    return found


WRITE, READ = "write(), fsync, rename", "read() into fresh memory"
# group, larder's way, the peer's subject (None: the same as larder's) and name, what the peer is called
FILE_PAIRS = (
    ("dump", "larder", "file", "write", WRITE),
    ("dump", "larder_without_fsync", None, "python", "joblib.dump / numpy.save, no fsync on either side"),
    ("load", "larder", "file", "read", READ + " of huge pages"),
    ("load", "larder", "file", "read_small_pages", READ + " of small pages"),
    ("load", "larder", None, "python", "joblib.load / numpy.load"),
)


def measure_files(options):
    import numpy

    array = numpy.tile(numpy.random.default_rng(7).normal(size=1 << 20), options.array_mib // 8)
    rounds = [run_benchmarks(options, "dump|load") | python_files(options, array) for _ in range(options.rounds)]
    rows = []
    for group, way, peer_subject, who, name in FILE_PAIRS:
        for subject in ("joblib", "npy"):
            ours, theirs = (group, subject, way), (group, peer_subject or subject, who)
            wall = median_ratio(rounds, ours, theirs, lambda entry: entry["real_time"])
            cpu = median_ratio(rounds, ours, theirs, lambda entry: entry["cpu_ms"])
            speed = options.array_mib / 1.024 / statistics.median(one[ours]["real_time"] for one in rounds)
            goal = verdict(wall >= 0.9) if who in ("write", "read") else ""
            rows.append([f"{group} .{subject}", f"{speed:.2f} GiB/s", name, f"{wall:.0%}", f"{cpu:.0%}", goal])
    header = ["larder", "speed", "peer", "speed: larder / peer", "processor time: peer / larder", ">= 90 %"]
    print_table(f"An uncompressed array of {options.array_mib} MiB", header, rows)


def measure_mapping(options):
    rounds = [run_benchmarks(options, "map", 0.1) for _ in range(options.rounds)]
    rows = []
    for subject in ("joblib", "npy"):
        cpu = statistics.median(one["map", subject, "larder"]["cpu_time"] for one in rounds)
        rows.append([f".{subject}", f"{cpu:.3f} ms", verdict(cpu < 2)])
    print_table("Mapping a sparse file of 16 GiB", ["file", "processor time of load, one element read", "< 2 ms"], rows)


def measure_codecs(options):
    rows = []
    for codec in CODECS:
        for group in ("compress", "decompress"):
            rounds = [run_benchmarks(options, f"{group}/{codec}/", 0.2) for _ in range(options.rounds)]
            ours, bare = (group, codec, "larder"), (group, codec, "bare")
            ratio = median_ratio(rounds, ours, bare, lambda entry: entry["cpu_time"])
            speed = statistics.median(one[ours]["bytes_per_second"] for one in rounds) / (1 << 20)
            size = f"{rounds[0][ours]['ratio']:.2f}" if "ratio" in rounds[0][ours] else ""
            rows.append([f"{group} {codec}", f"{speed:.0f} MiB/s", size, f"{ratio:.1%}", verdict(ratio >= 0.97)])
    print_table("Streams of each codec at its default level", ["stream", "speed", "ratio", "larder / bare library", ">= 97 %"], rows)


def measure_memory(options):
    mib = 512
    rows = []
    program = options.build / "bench/larder_peak_memory"
    with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
        for compress in ("none", *CODECS, "xz:0", "lzma:0"):
            row = [compress]
            for what in ("dump", "load"):
                command = [program, what, compress, str(mib), os.path.join(folder, "array")]
                beyond = float(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
                row += [f"{beyond:.1f} MiB", verdict(beyond <= 32)]
            rows.append(row)
    header = ["compress", "dump: peak beyond the array", "<= 32 MiB", "load: peak beyond the array", "<= 32 MiB"]
    print_table(f"Peak memory of a process that dumps or loads {mib} MiB", header, rows)


def parse_arguments():
    parser = parser_of(__doc__.splitlines()[0])
    parser.add_argument("--array-mib", type=int, default=1024)
    parser.add_argument("--only", choices=["files", "mapping", "codecs", "memory"])
    parser.add_argument("--data", type=pathlib.Path, default=os.environ.get("LARDER_DATA", ROOT.parent / "shared/data"))
    options = parse(parser)
    options.environment["LARDER_BENCH_ARRAY_MIB"] = str(options.array_mib)
    if pathlib.Path(options.data).is_dir():
        options.environment["LARDER_DATA"] = str(options.data)
    else:
        print(f"{options.data} is not there: a random walk is measured instead of real arrays")
    return options


def main():
    options = parse_arguments()
    parts = {"files": measure_files, "mapping": measure_mapping, "codecs": measure_codecs, "memory": measure_memory}
    for name, measure in parts.items():
        if options.only in (None, name):
            measure(options)


if __name__ == "__main__":
    main()
