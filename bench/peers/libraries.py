"""One thread of larder beside one thread of the bare library, in one process, and values of 1 KiB."""

from measuring import median_ratio, run_benchmarks, verdict
from report import Goal, percent, times
from rounds import growth, interleave, ratio

# codec and levels; those of liblzma take long
LEVELS = (("zlib", (1, 3, 6, 9)), ("gzip", (3,)), ("bz2", (9,)), ("xz", (3,)), ("lzma", (3,)), ("lz4", (0, 3, 9)), ("zstd", (1, 3, 9)))
LEAST = 0.97  # never slower, less what one measurement differs from the next


def measure_level(bench, codec, level, data):
    bench.worker("hold", data.npy, 0)
    bench.worker("decompress", "bare", codec, level)  # the stream that both decompress is made by the first question
    return interleave(
        {f"{what} {who}": lambda what=what, who=who: bench.worker(what, who, codec, level)
         for what in ("compress", "decompress") for who in ("bare", "larder")},
        bench.effort,
    )  # fmt: skip


def measure(bench):
    bench.report.section(
        "One thread: larder and the bare libraries",
        "`Codec::writer` and `Codec::reader` with one thread beside the plainest loop around zlib, libbz2, liblzma, liblz4 and libzstd at the same "
        "level (`bare_codecs.cpp`), in memory, by processor time. Times the library's speed; both decompress what the library wrote.",
    )
    speeds, sizes, goals = {}, {}, {}
    for codec, levels in LEVELS:
        for level in levels:
            measured = {data.name: measure_level(bench, codec, level, data) for data in bench.data(bench.effort.library_most)}
            for what in ("compress", "decompress"):
                column = f"{codec}:{level} {what}"
                speeds[column] = {name: ratio(rounds, f"{what} larder", f"{what} bare", lambda taken: taken.cpu) for name, rounds in measured.items()}
                goals[column] = ("One thread: times the bare library's speed", column, Goal(least=LEAST))
            sizes[f"{codec}:{level}"] = {name: growth(rounds, "compress larder", "compress bare") for name, rounds in measured.items()}
    for codec, _ in LEVELS:
        of_codec = {column: values for column, values in speeds.items() if column.startswith(f"{codec}:")}
        bench.report.comparison(f"{codec}: times the library's speed", of_codec, goals=goals)
    bench.report.comparison("Size beside the library's", sizes, show=percent)


def measure_tiny(bench):
    most = Goal(most=1.2)
    rounds = [run_benchmarks(bench.options, "tiny", bench.effort.benchmark_seconds) for _ in range(bench.effort.rounds)]
    rows = []
    for codec in ("zlib", "gzip", "bz2", "lzma", "xz", "lz4", "zstd"):
        ours, bare = ("tiny", codec, "larder"), ("tiny", codec, "bare")
        cost = 1 / median_ratio(rounds, ours, bare, lambda entry: entry["cpu_time"])
        sizes = [f"{rounds[0][who]['size']:.0f}" for who in (ours, bare)]
        rows.append([codec, f"{rounds[0][ours]['cpu_time'] / 1000:.1f} us", times(cost), *sizes, verdict(most.met(cost))])
        bench.report.goal("1 KiB compressed: cost beside the bare library", codec, most, cost)
    bench.report.section(
        "Values of 1 KiB",
        "`Codec::compress` at the default level beside the bare library in one call with a context that is used again (libbz2 has none).",
        ["codec", "larder", "cost beside the library's", "bytes", "the library's", "<= 1.2"],
        rows,
    )
