"""What the scripts of this folder share: running larder's benchmarks, timing Python, comparing within rounds, tables."""

import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import time


def parser_of(description):
    """What every script of this folder can be told."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("build", type=pathlib.Path, help="a Release build with -DLARDER_BUILD_BENCH=ON")
    parser.add_argument("--scratch", default=None, help="where large files go; default: the build folder")
    return parser


def parse(parser):
    options = parser.parse_args()
    options.build = options.build.resolve()
    options.scratch = options.scratch or str(options.build)
    options.environment = os.environ | {"LARDER_BENCH_DIR": options.scratch}
    return options


def run_benchmarks(options, pattern, seconds=0.0):
    """Runs the benchmarks that fit, once; returns {(group, subject, who): (what Google Benchmark says)}."""
    command = [options.build / "bench/larder_bench", f"--benchmark_filter=^({pattern})", "--benchmark_format=json",
               f"--benchmark_min_time={seconds}"]  # fmt: skip
    output = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True, env=options.environment)
    found = {}
    for entry in json.loads(output.stdout)["benchmarks"]:
        if entry.get("error_occurred"):
            sys.exit(f"{entry['name']}: {entry['error_message']}")
        found[tuple(entry["name"].split("/")[:3])] = entry
    return found


def timed(work):
    """The seconds that `work` takes, and its processor time, kernel's included."""
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    result = work()
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    del result
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def table_of(title, header, rows):
    """Markdown; without a heading where the title is empty."""
    heading = [f"### {title}", ""] if title else []
    lines = [*heading, f"| {' | '.join(header)} |", f"|{' --- |' * len(header)}"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in rows])


def print_table(title, header, rows):
    print("\n" + table_of(title, header, rows), flush=True)


def median_ratio(rounds, ours, theirs, value):
    return statistics.median(value(one[theirs]) / value(one[ours]) for one in rounds)


def verdict(fine):
    return "yes" if fine else "**no**"
