"""What a byte costs, from small arrays to large ones."""

import os
import statistics

from chart import line_chart
from report import Goal
from rounds import interleave

CODECS = ("none", "lz4:1", "zlib:3", "zstd:3")
LARGE = 16 << 20  # from here on, what every call costs does not count
MOST = 1.25  # how much more than the median a byte of the largest array may cost


def size_text(size):
    return f"{size >> 30} GiB" if size >= 1 << 30 else f"{size >> 20} MiB"


def nanoseconds_per_byte(rounds, name, size):
    return statistics.median(one[name].seconds for one in rounds) / size * 1e9


def measure_size(bench, data, size, costs):
    bench.worker("hold", data.first(size).npy, size)
    for codec in CODECS:
        file = os.path.join(bench.scratch, "growing.joblib")

        def dump():
            if os.path.exists(file):
                os.remove(file)
            return bench.worker("dump", codec, file)

        rounds = interleave({"dump": dump, "load": lambda: bench.worker("load", file)}, bench.effort)
        for name in ("dump", "load"):
            costs.setdefault(f"{name} {codec}", {})[size] = nanoseconds_per_byte(rounds, name, size)
        os.remove(file)


def measure(bench):
    costs = {}
    data = next(data for data in bench.data(bench.effort.most) if data.name == "walk")
    for size in bench.effort.growing:
        measure_size(bench, data, size, costs)
    bench.worker("hold", data.npy, 0)  # frees the largest array
    largest = max(bench.effort.growing)
    for name, by_size in costs.items():
        typical = statistics.median(cost for size, cost in by_size.items() if size >= min(LARGE, largest))
        bench.report.goal(f"Cost of a byte of {size_text(largest)} beside the median size", name, Goal(most=MOST), by_size[largest] / typical)
    with open(bench.chart, "w", encoding="utf-8") as file:
        file.write(line_chart("Cost of a byte against the size of the array", "nanoseconds", size_text, costs))
    bench.report.section(
        "From 1 MiB to 4 GiB",
        "Nanoseconds for each byte of an array (`walk`, repeated) that is dumped or loaded on all cores. Where cost grows linearly, the lines are "
        f"level.\n\n![Cost of a byte against the size of the array]({os.path.basename(bench.chart)})",
        ["", *map(size_text, bench.effort.growing)],
        [[name, *(f"{by_size[size]:.2f}" for size in bench.effort.growing)] for name, by_size in costs.items()],
    )
