"""A large uncompressed array, written, read and mapped: beside the bare calls of the system, joblib and numpy."""

import os
import statistics

import joblib
import numpy

from measuring import median_ratio, run_benchmarks, timed, verdict
from report import Goal

WRITE, READ = "write(), fsync, rename", "read() into fresh memory"
# group, larder's way, the peer's subject (None: the same as larder's) and name, what the peer is called
PAIRS = (
    ("dump", "larder", "file", "write", WRITE),
    ("dump", "larder_without_fsync", None, "python", "joblib.dump / numpy.save, no fsync on either side"),
    ("load", "larder", "file", "read", READ + " of huge pages"),
    ("load", "larder", "file", "read_small_pages", READ + " of small pages"),
    ("load", "larder", None, "python", "joblib.load / numpy.load"),
)
LEAST = 0.9  # of the speed of the bare calls


def python_files(bench, array):
    """joblib and numpy on the same array: {(group, subject, "python"): {real_time, cpu_ms}}, in ms."""
    found = {}
    joblib_path, npy_path = os.path.join(bench.scratch, "a.joblib"), os.path.join(bench.scratch, "a.npy")
    for group, subject, work in (
        ("dump", "joblib", lambda: joblib.dump(array, joblib_path)),
        ("dump", "npy", lambda: numpy.save(npy_path, array)),
        ("load", "joblib", lambda: joblib.load(joblib_path)),
        ("load", "npy", lambda: numpy.load(npy_path)),
    ):
        numpy.ones(array.size * 2)  # for the reason of warm_free_memory in timing.h
        seconds, cpu = timed(work)
        found[group, subject, "python"] = {"real_time": seconds * 1000, "cpu_ms": cpu * 1000}
    os.remove(joblib_path)
    os.remove(npy_path)
    return found


def measure_files(bench):
    mib = bench.effort.array >> 20
    array = numpy.tile(numpy.random.default_rng(7).normal(size=1 << 17), mib)
    rounds = [run_benchmarks(bench.options, "dump/|load/") | python_files(bench, array) for _ in range(bench.effort.rounds)]
    rows, least = [], Goal(least=LEAST)
    for group, way, peer_subject, who, name in PAIRS:
        for subject in ("joblib", "npy"):
            ours, theirs = (group, subject, way), (group, peer_subject or subject, who)
            wall = median_ratio(rounds, ours, theirs, lambda entry: entry["real_time"])
            cpu = median_ratio(rounds, ours, theirs, lambda entry: entry["cpu_ms"])
            speed = mib / 1.024 / statistics.median(one[ours]["real_time"] for one in rounds)
            if who in ("write", "read"):
                bench.report.goal("Uncompressed and mapped", f"{group} .{subject}, times {name}", least, wall)
            rows.append([f"{group} .{subject}", f"{speed:.2f} GiB/s", name, f"{wall:.0%}", f"{cpu:.0%}"])
    bench.report.section(
        f"An uncompressed array of {mib} MiB",
        "`larder::dump` and `larder::load` by the wall clock, beside the bare calls of the system, and joblib and numpy, which do not sync.",
        ["larder", "speed", "peer", "speed: larder / peer", "processor time: peer / larder"],
        rows,
    )


def measure_mapping(bench):
    rounds = [run_benchmarks(bench.options, "map", bench.effort.benchmark_seconds) for _ in range(bench.effort.rounds)]
    rows, most = [], Goal(most=2)
    for subject in ("joblib", "npy"):
        cpu = statistics.median(one["map", subject, "larder"]["cpu_time"] for one in rounds)
        bench.report.goal("Uncompressed and mapped", f"16 GiB mapped, .{subject}", most, cpu, show=lambda value: f"{value:.3f} ms")
        rows.append([f".{subject}", f"{cpu:.3f} ms", verdict(most.met(cpu))])
    bench.report.section(
        "Mapping a sparse file of 16 GiB",
        "`load` with `mmap_mode` of a file that is a header and a hole, and one element read.",
        ["file", "processor time", "< 2 ms"],
        rows,
    )


def measure(bench):
    measure_files(bench)
    measure_mapping(bench)
