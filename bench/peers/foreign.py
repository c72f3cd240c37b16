"""Streams that other programs cut into blocks, decompressed on two cores."""

import os

from programs import installed, larder_stream
from rounds import interleave, ratio, run_program

# codec, the program that writes, the one that reads
STREAMS = (
    ("gzip", "pigz -i -3 -p 2 -c", "pigz -d -c"),
    ("gzip", "igzip -1 -c", "igzip -d -c"),
    ("bz2", "pbzip2 -p2 -c", "pbzip2 -p2 -d -c"),
    ("bz2", "lbzip2 -n 2 -c", "lbzip2 -n 2 -d -c"),
    ("bz2", "bzip2 -c", "bzip2 -d -c"),
    ("xz", "xz -T2 -1 --block-size=2MiB -c", "xz -T2 -d -c"),
    ("zstd", "pzstd -p 2 -q -c", "pzstd -p 2 -d -q -c"),
    ("zstd", "zstd -q -c", "zstd -d -q -c"),
    ("lz4", "lz4 -B6 -BI -q -c", "lz4 -d -q -c"),
    ("lz4", "lz4 -B4 -BD -q -c", "lz4 -d -q -c"),
)


def measure_stream(bench, codec, write, read, data):
    if not installed(write.split()[0]) or not installed(read.split()[0]):
        return None
    compressed, plain = os.path.join(bench.scratch, "foreign.compressed"), os.path.join(bench.scratch, "foreign.plain")
    run_program([*write.split(), data.raw], compressed)
    rounds = interleave(
        {
            "peer": lambda: run_program([*read.split(), compressed], os.devnull),
            "one thread": lambda: larder_stream(bench.build, "decompress", codec, 1, compressed, os.devnull),
            "larder": lambda: larder_stream(bench.build, "decompress", codec, 2, compressed, os.devnull),
        },
        bench.effort,
    )
    larder_stream(bench.build, "decompress", codec, 2, compressed, plain)
    with open(plain, "rb") as file:
        if file.read() != data.array.tobytes():
            raise RuntimeError(f"{data.name} is not what larder read from {write}")
    return ratio(rounds, "larder", "peer"), ratio(rounds, "larder", "one thread")


def measure(bench):
    bench.report.section(
        "Foreign streams, read in parallel",
        "What other programs wrote in blocks, decompressed to /dev/null by `larder_stream` with two threads: times the program's own speed, and times "
        "larder's speed with one thread. The largest data sets.",
    )
    largest = sorted(bench.data(bench.effort.slow_most), key=lambda data: data.nbytes)[-3:]
    beside_peer, beside_one = {}, {}
    for codec, write, read in STREAMS:
        shown = write.removesuffix(" -c").replace(" -q", "")
        found = {data.name: measure_stream(bench, codec, write, read, data) for data in largest}
        beside_peer[shown] = {name: value and value[0] for name, value in found.items()}
        beside_one[shown] = {name: value and value[1] for name, value in found.items()}
    bench.report.comparison("times the speed of the program that belongs to it", beside_peer)
    bench.report.comparison("times larder's own speed with one thread", beside_one)
