"""Files compressed and decompressed: larder's codecs beside the programs of each format, all as processes on two cores."""

import dataclasses
import os

from programs import installed, larder_stream
from report import Goal, percent
from rounds import growth, interleave, ratio, run_program

THREADS = 2


@dataclasses.dataclass(frozen=True)
class Peer:
    command: str  # reads the file whose name follows, writes to standard output
    goal: float = None  # how many times its speed larder should have
    decompress: str = None
    decompress_goal: float = None

    @property
    def installed(self):
        return installed(self.command.split()[0])


@dataclasses.dataclass(frozen=True)
class Case:
    codec: str
    level: int
    peers: tuple

    @property
    def name(self):
        return f"{self.codec}:{self.level}"


def cases(effort):
    for level in (1, 2, 3):
        pigz = Peer("pigz -3 -p 2 -c", 8)
        igzip = Peer("igzip -T 2 -1 -c", 1.7, "igzip -d -c", 1.8)
        yield Case("gzip", level, (igzip, pigz))
    yield Case("bz2", 9, (Peer("lbzip2 -n 2 -9 -c", 1, "lbzip2 -n 2 -d -c", 1),))
    for level in effort.xz_levels:
        yield Case("xz", level, (Peer(f"xz -T2 -{level} -c", 1, "xz -T2 -d -c", 1),))
    for level in effort.zstd_levels:
        yield Case("zstd", level, (Peer(f"zstd -T2 -{level} -q -c", 1.1, "zstd -d -q -c", 1.8),))
    for level in effort.lz4_levels:
        yield Case("lz4", level, (Peer(f"lz4 -{level} -q -c", None, "lz4 -d -q -c"),))


def measure_case(bench, case, data):
    compressed, plain = os.path.join(bench.scratch, "stream.compressed"), os.path.join(bench.scratch, "stream.plain")
    theirs = os.path.join(bench.scratch, "peer.compressed")
    sides = {"larder": lambda: larder_stream(bench.build, "compress", case.name, THREADS, data.raw, compressed)}
    for peer in case.peers:
        if peer.installed:
            sides[peer.command] = lambda command=peer.command: run_program([*command.split(), data.raw], theirs)
    decompress = {"larder -d": lambda to: larder_stream(bench.build, "decompress", case.codec, THREADS, compressed, to)}
    for peer in case.peers:
        if peer.decompress and peer.installed:
            decompress[peer.decompress] = lambda to, command=peer.decompress: run_program([*command.split(), compressed], to)
    # A file system takes as long to make room for the content as some of them take to decompress.
    sides |= {name: lambda side=side: side(os.devnull) for name, side in decompress.items()}
    rounds = interleave(sides, bench.effort)
    for name, side in decompress.items():
        side(plain)
        with open(plain, "rb") as file:
            if file.read() != data.array.tobytes():
                raise RuntimeError(f"{data.name} is not what {name} made of {case.name}")
    return rounds


def measure(bench):
    bench.report.section(
        "Streams: larder and the programs of each format",
        "Processes, from start to exit: `larder_stream` with two threads beside the peers. Each compresses one file into another, without fsync, "
        "and decompresses larder's own file to /dev/null. Times the peer's speed.",
    )
    speeds, sizes, goals = {}, {}, {}
    for case in cases(bench.effort):
        measured = {data.name: measure_case(bench, case, data) for data in bench.data_for(case)}
        for peer in case.peers:
            for ours, theirs, goal in (("larder", peer.command, peer.goal), ("larder -d", peer.decompress, peer.decompress_goal)):
                if not theirs:
                    continue
                shown = theirs.removesuffix(" -c").replace(" -q", "")
                column = f"{case.name} / {shown}"
                speeds[column] = {name: ratio(rounds, ours, theirs) for name, rounds in measured.items()}
                if goal:
                    what = "decompressed" if ours == "larder -d" else "compressed"
                    goals[column] = (f"{case.codec}: times the speed of other programs", f"{case.name} {what}, times `{shown}`", Goal(least=goal))
            sizes[f"{case.name} / {peer.command.removesuffix(' -c').replace(' -q', '')}"] = {
                name: growth(rounds, "larder", peer.command) for name, rounds in measured.items()
            }
    split_by_codec(bench.report, "times the peer's speed", speeds, goals=goals)
    split_by_codec(bench.report, "size beside the peer's", sizes, show=percent)


def split_by_codec(report, title, found, **how):
    for codec in dict.fromkeys(column.split(":")[0] for column in found):
        of_codec = {column: values for column, values in found.items() if column.split(":")[0] == codec}
        report.comparison(f"{codec}: {title}", of_codec, **how)
