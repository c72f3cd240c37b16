"""Arrays dumped and loaded: larder beside joblib, with the same codec and level, on the same disk."""

import dataclasses
import os

import joblib
import numpy

from measuring import timed
from report import Goal, percent
from rounds import Taken, growth, interleave, ratio


@dataclasses.dataclass(frozen=True)
class Case:
    codec: str
    level: int
    dump: float = None  # goals: times joblib's speed
    own: float = None
    foreign: float = None

    @property
    def name(self):
        return f"{self.codec}:{self.level}"


DEFLATE_DUMPS = {1: 8, 3: 15, 6: 6, 9: 5}


def groups(effort):
    """(title, cases)."""
    for codec, levels in (("zlib", effort.zlib_levels), ("gzip", effort.gzip_levels)):
        yield codec, [
            Case(codec, level, DEFLATE_DUMPS.get(level), own=4 if level == 3 else None, foreign=2.2 if level == 3 else None)
            for level in levels
        ]
    yield "lz4", [Case("lz4", level, dump=3, own=2.5) for level in effort.lz4_levels]
    yield "bz2", [Case("bz2", 9, dump=2, own=2)]
    yield "xz", [Case("xz", level, dump=1.8, own=1.8) for level in effort.xz_levels]


def taken_by(work, path=None):
    seconds, cpu = timed(work)
    return Taken(seconds, cpu, os.path.getsize(path) if path else 0)


def joblib_dump(array, path, case):
    if os.path.exists(path):
        os.remove(path)
    return taken_by(lambda: joblib.dump(array, path, compress=(case.codec, case.level)), path)


def joblib_load(path, memory):
    numpy.ones(max(memory // 8, 1))  # for the reason of warm_free_memory in timing.h
    return taken_by(lambda: joblib.load(path))


def processor_time(taken):
    return taken.cpu


def larder_dump(worker, path, case):
    if os.path.exists(path):
        os.remove(path)
    return worker("dump", case.name, path)


def measure_case(bench, case, data):
    ours, theirs = os.path.join(bench.scratch, "larder.joblib"), os.path.join(bench.scratch, "joblib.joblib")
    bench.worker("hold", data.npy, 0)
    rounds = interleave(
        {
            "joblib dump": lambda: joblib_dump(data.array, theirs, case),
            "larder dump": lambda: larder_dump(bench.worker, ours, case),
            "joblib load": lambda: joblib_load(theirs, data.nbytes),
            "larder load": lambda: bench.worker("load", ours),
            "larder loads joblib's": lambda: bench.worker("load", theirs),
        },
        bench.effort,
    )
    if not numpy.array_equal(joblib.load(ours).view("u1"), data.array.view("u1")):
        raise RuntimeError(f"joblib reads something else than {data.name} from what larder wrote with {case.name}")
    return {
        "dump": ratio(rounds, "larder dump", "joblib dump"),
        "own": ratio(rounds, "larder load", "joblib load"),
        "foreign": ratio(rounds, "larder loads joblib's", "joblib load"),
        "size": growth(rounds, "larder dump", "joblib dump"),
        "dump by processor time": ratio(rounds, "larder dump", "joblib dump", processor_time),
        "load by processor time": ratio(rounds, "larder load", "joblib load", processor_time),
    }


COLUMNS = (("dump", "{} dump"), ("own", "{} load, own file"), ("foreign", "{} load, joblib's file"))


def measure(bench):
    bench.report.section(
        "Arrays: larder and joblib",
        "`larder::dump` and `larder::load` on all cores beside `joblib.dump` and `joblib.load` of the same array with the same codec and level, to "
        "the same disk, without fsync on either side. Times joblib's speed; own file: each loads what it dumped itself.",
    )
    for title, cases in groups(bench.effort):
        speeds, sizes, work, goals = {}, {}, {}, {}
        for case in cases:
            found = {}
            for data in bench.data_for(case):
                found[data.name] = measure_case(bench, case, data)
            for key, text in COLUMNS:
                column = text.format(case.name)
                speeds[column] = {name: values[key] for name, values in found.items()}
                if getattr(case, key):
                    goals[column] = (f"{title}: times joblib's speed", column, Goal(least=getattr(case, key)))
            sizes[case.name] = {name: values["size"] for name, values in found.items()}
            for key in ("dump", "load"):
                work[f"{case.name} {key}"] = {name: values[f"{key} by processor time"] for name, values in found.items()}
        bench.report.comparison(f"{title}: times joblib's speed", speeds, goals=goals)
        bench.report.comparison(f"{title}: size beside joblib's", sizes, show=percent)
        bench.report.comparison(f"{title}: joblib's processor time / larder's, all cores together, own files", work)
