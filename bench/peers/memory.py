"""The peak of memory of a process that dumps or loads an array, beyond the array."""

import os
import subprocess

from measuring import verdict
from report import Goal

PER_THREAD = 8  # MiB
CODECS = ("zlib:1", "zlib:6", "gzip:3", "lz4:1", "lz4:9", "bz2:9", "xz:3", "xz:6", "zstd:3", "zstd:9", "zstd:19")
OWN_WINDOW = ("xz", "zstd")  # what the bare library needs comes on top


def peak(bench, what, compress, cores, file):
    program = [bench.build / "bench/larder_peak_memory", what, compress, str(bench.effort.memory >> 20), file]
    output = subprocess.run(["taskset", "-c", cores, *program], stdout=subprocess.PIPE, check=True)
    return float(output.stdout)


def measure(bench):
    rows = []
    file = os.path.join(bench.scratch, "peak")
    cores = [str(core) for core in sorted(os.sched_getaffinity(0))[:2]]
    plain = {what: peak(bench, what, "none", cores[0], file) for what in ("dump", "load")}
    for compress in CODECS:
        window = {"dump": 0.0, "load": 0.0}
        if compress.split(":")[0] in OWN_WINDOW:
            window = {"dump": peak(bench, "compress", compress, cores[0], file), "load": peak(bench, "decompress", compress, cores[0], file)}
            window = {what: max(value - plain[what], 0) for what, value in window.items()}
        for threads in range(1, len(cores) + 1):
            row = [compress, str(threads)]
            for what in ("dump", "load"):
                used = (peak(bench, what, compress, ",".join(cores[:threads]), file) - plain[what]) / threads
                goal = Goal(most=PER_THREAD + window[what])
                row += [f"{used:.1f}", f"{goal.most:.1f}", verdict(goal.met(used))]
                if threads == len(cores):
                    bench.report.goal("Memory for each thread", f"{what} {compress}", goal, used, show=lambda value: f"{value:.1f} MiB")
            rows.append(row)
    bench.report.section(
        "Memory",
        f"`VmHWM` of a process that dumps or loads an array of {bench.effort.memory >> 20} MiB, less the array and less what an uncompressed "
        f"dump or load takes (that is, the program itself: {plain['dump']:.1f} and {plain['load']:.1f} MiB), divided by the number of threads; in "
        f"MiB. Allowed are {PER_THREAD} MiB, and for xz and zstd what the bare library takes for the same level.",
        ["compress", "threads", "dump", "allowed", "met", "load", "allowed", "met"],
        rows,
    )
