"""What compress="auto" chooses, judged by its own objective: larder_auto (auto_choice.cpp) on each data set. It counts processor time, so both
cores work."""

import concurrent.futures
import subprocess

from report import Goal, percent, times

WORST = 1.05  # times the cost of zstd:3
TRYING = 0.02  # of the time that writing takes


def choice(bench, data):
    """[data set, cost beside zstd:3, cost beside the best, share of trying, the best, the choice]."""
    output = subprocess.run([bench.build / "bench/larder_auto", data.raw], stdout=subprocess.PIPE, text=True)
    name, _, beside_zstd, beside_best, trying, best, chosen = output.stdout.splitlines()[1].split(maxsplit=6)
    return [data.name, float(beside_zstd), float(beside_best), float(trying.rstrip("%")) / 100, best, chosen]


def measure(bench):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        rows = list(pool.map(lambda data: choice(bench, data), bench.data(bench.effort.library_most)))
    group = 'compress="auto": cost by its objective'
    bench.report.goal(group, "beside zstd:3, the worst data set", Goal(most=WORST), max(row[1] for row in rows))
    bench.report.goal(group, "trying, of the time to write, the most", Goal(most=TRYING), max(row[3] for row in rows), show=percent)
    bench.report.section(
        'What compress="auto" chooses',
        "The time to write and read back through the disk with what it chose, in one thread, as a multiple of that with zstd:3 and with the best of "
        "ten codecs and levels; and the time that choosing took.",
        ["", "beside zstd:3", "beside the best", "choosing", "the best", "the choice"],
        [[name, times(zstd), times(best), percent(trying), code(setting), code(chosen)] for name, zstd, best, trying, setting, chosen in rows],
    )


def code(text):
    return f"`{text}`"
