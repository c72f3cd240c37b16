"""Sizes: of each level of zlib beside zlib's own, and what cutting into blocks costs. No time is taken, so both cores work."""

import concurrent.futures
import threading
import zlib

from programs import Worker
from report import Goal, percent

LEVELS = range(1, 10)
# codec, level, the loss that is allowed: 0.5 % at the default levels
BLOCKED = (("zlib", 1, 0.015), ("zlib", 3, 0.005), ("zlib", 6, 0.015), ("zlib", 9, 0.015), ("xz", 3, 0.015), ("xz", 6, 0.005),
           ("zstd", 1, 0.015), ("zstd", 3, 0.005), ("zstd", 9, 0.015))  # fmt: skip


def fine_percent(value):
    return f"{value:+.2%}"


class Workers(threading.local):
    """A worker for each thread."""

    def __init__(self, build, all_of_them):
        self.ask = Worker(build)
        all_of_them.append(self.ask)


def zlib_sizes(ask, data):
    """[(level, larder's size, zlib's)]."""
    ask("hold", data.npy, 0)
    content = data.array.tobytes()
    return [(level, ask("compress", "larder", "zlib", level).bytes, len(zlib.compress(content, level))) for level in LEVELS]


def blocked_sizes(ask, data):
    """[(codec:level, the size in blocks, that of the uncut stream)]."""
    ask("hold", data.npy, 0)
    return [
        (f"{codec}:{level}", ask("cut", codec, level).bytes, ask("uncut", codec, level).bytes)
        for codec, level, _ in BLOCKED
    ]


def for_each(bench, data_sets, sizes):
    """{data set: {what: (larder's size, the other)}}, the largest data sets first."""
    workers = []
    local = Workers(bench.build, workers)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        by_size = sorted(data_sets, key=lambda data: -data.nbytes)
        done = list(pool.map(lambda data: sizes(local.ask, data), by_size))
    for worker in workers:
        worker.close()
    found = {data.name: {what: (ours, theirs) for what, ours, theirs in rows} for data, rows in zip(by_size, done)}
    return {data.name: found[data.name] for data in data_sets}


def total_growth(found, what):
    ours, theirs = (sum(sizes[what][side] for sizes in found.values()) for side in (0, 1))
    return ours / theirs - 1


def measure_levels(bench):
    found = for_each(bench, bench.data(bench.effort.slow_most), zlib_sizes)
    columns = {f"zlib:{level}": {name: sizes[level][0] / sizes[level][1] - 1 for name, sizes in found.items()} for level in LEVELS}
    bench.report.section(
        "Sizes of each level of zlib",
        "One zlib stream of each data set beside `zlib.compress` at the same level (gzip differs by its header).",
    )
    bench.report.comparison("larder's size beside zlib's", columns, show=percent)
    rows, group = [], "Sizes of zlib and gzip beside zlib's"
    for level in LEVELS:
        total, worst = total_growth(found, level), max(columns[f"zlib:{level}"].values())
        bench.report.goal(group, f"zlib:{level}, all data", Goal(most=0), total, show=percent)
        bench.report.goal(group, f"zlib:{level}, the worst data set", Goal(most=0.07), worst, show=percent)
        rows.append([f"zlib:{level}", percent(total), percent(worst)])
    bench.report.table("All data sets", ["level", "in total", "the worst"], rows)


def measure_blocks(bench):
    found = for_each(bench, bench.data(bench.effort.slow_most), blocked_sizes)
    bench.report.section(
        "What blocks cost",
        "The stream in blocks beside an uncut stream: for zlib of the engine that most blocks choose; for xz and zstd of the bare library at the "
        "same level, so that what xz gains by filters counts for larder. bz2's blocks are the format's own, and those of lz4 are compared with "
        "joblib's linked ones above.",
    )
    columns, group = {}, "Size lost by blocks, all data"
    for codec, level, allowed in BLOCKED:
        what = f"{codec}:{level}"
        columns[what] = {name: sizes[what][0] / sizes[what][1] - 1 for name, sizes in found.items()}
        bench.report.goal(group, what, Goal(most=allowed), total_growth(found, what), show=fine_percent)
    bench.report.comparison("larger by", columns, show=fine_percent)


def measure(bench):
    measure_levels(bench)
    measure_blocks(bench)
