"""On what, and with which versions, was measured."""

import os
import platform
import subprocess
import time

from programs import versions


def value_of(path, key):
    with open(path, encoding="utf-8") as file:
        return next((line.split(":", 1)[1].strip() for line in file if line.startswith(key)), "unknown")


def commit(root):
    done = subprocess.run(["git", "-C", root, "describe", "--always", "--dirty"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return done.stdout.strip() or "unknown"


def engines(build):
    """What `larder codecs -v` says."""
    program = build / "tools/larder"
    if not program.exists():
        return "(the larder command was not built)"
    return subprocess.run([program, "codecs", "-v"], stdout=subprocess.PIPE, text=True, check=True).stdout.rstrip()


def load_text():
    return f"{os.getloadavg()[0]:.1f}"


def describe(bench, started, load_before, spent, absent):
    memory = int(value_of("/proc/meminfo", "MemTotal").split()[0]) / (1 << 20)
    cores = len(os.sched_getaffinity(0))
    known = "\n".join(f"- {name}: {version}" for name, version in versions())
    data = "\n".join(f"- {data.name}: {data.array.dtype.str.lstrip('<|')}, {data.nbytes / 1e6:.1f} MB" for data in bench.data(bench.effort.most))
    minutes = (time.time() - started) / 60
    return f"""# Results

Written by `bench/peers` on {time.strftime('%Y-%m-%d %H:%M', time.gmtime(started))} UTC, larder {commit(bench.root)}, --{bench.effort.name}, in {minutes:.1f} minutes
({', '.join(spent)});
[README.md](README.md) says how. Ratios are medians over rounds ({bench.effort.rounds} at most; one where a row takes longer than {bench.effort.row_seconds:g} s), in each
of which every side runs once; goals are judged by the median over the data sets. Times: how many times the peer's speed.

- machine: {value_of('/proc/cpuinfo', 'model name')}, {cores} cores, {memory:.0f} GiB, Linux {platform.release()}, glibc {platform.libc_ver()[1]}, Python {platform.python_version()}
- load average: {load_before} before, {load_text()} after (the bench itself counts up to 2)
{known}

What is measured on, at most the first {bench.effort.most / 1e6:.1f} MB of each ({bench.effort.slow_most / 1e6:.1f} MB for bz2, sizes and the highest levels,
{bench.effort.library_most / 1e6:.1f} MB in one thread):

{data}
{"".join(chr(10) + sentence + chr(10) for sentence in absent)}
```
{engines(bench.build)}
```"""
