#!/usr/bin/python3
"""Files of many arrays: larder beside the library of each format, on the same file, in one process after the other.

    python3 bench/containers.py BUILD [--quick] [--out FILE] [--only FORMAT...] [--scratch FOLDER] [--peers FOLDER]

BUILD is a Release build with -DLARDER_BUILD_BENCH=ON. --peers: a folder of Python packages that Debian does not have (pip install
--target FOLDER safetensors). Peers that are not installed are named as missing. The exit status says whether everything ran.
"""

import dataclasses
import gc
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(1, str(pathlib.Path(__file__).resolve().parent / "peers"))

try:
    import joblib
    import numpy
except ImportError as missing:
    print(f"skipped: {missing.name} is not installed for {sys.executable}")
    sys.exit(77)

import machine
from measuring import parse, parser_of, table_of, timed, verdict
from programs import Worker, module
from rounds import Taken

ROOT = pathlib.Path(__file__).resolve().parents[1]
OPEN_MILLISECONDS, READ_SHARE = 5, 0.9  # goals


@dataclasses.dataclass(frozen=True)
class Effort:
    count: int
    elements: int
    rounds: int
    deflated: int  # arrays in the file that is compressed


STANDARD, QUICK = Effort(64, 8 << 20, 5, 4), Effort(8, 2 << 20, 1, 1)


@dataclasses.dataclass(frozen=True)
class Peer:
    """How the format's own library does it: each takes a path; `open` and `load` return what they got."""

    name: str
    module: str
    extension: str
    write: object
    open: object  # lazily, as far as the library can: mapped, or arrays that are read when they are asked for
    load: object


def load_all(archive):
    with archive:
        return {name: archive[name] for name in archive.files}


def load_h5(path):
    import h5py

    with h5py.File(path, "r") as file:
        return {name: part[()] for name, part in file.items()}


def safetensors_names(path):
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        return list(file.keys())


def write_h5(arrays, path):
    import h5py

    with h5py.File(path, "w") as file:
        for name, array in arrays.items():
            file[name] = array


def gensim_object(arrays):
    from gensim.utils import SaveLoad

    saved = SaveLoad()
    for name, array in arrays.items():
        setattr(saved, name, array)
    return saved


def peers():
    torch, safetensors, gensim, h5py = (module(name) for name in ("torch", "safetensors.numpy", "gensim.utils", "h5py"))
    return [
        Peer("npz", "numpy", ".npz", lambda arrays, path: numpy.savez(path, **arrays), numpy.load, lambda path: load_all(numpy.load(path))),
        Peer("torch", "torch", ".pt",
             torch and (lambda arrays, path: torch.save({name: torch.from_numpy(array) for name, array in arrays.items()}, path)),
             None, torch and torch.load),
        Peer("safetensors", "safetensors", ".safetensors", safetensors and (lambda arrays, path: safetensors.save_file(arrays, path)),
             safetensors and safetensors_names, safetensors and safetensors.load_file),
        Peer("h5", "h5py", ".h5", h5py and write_h5, h5py and (lambda path: h5py.File(path, "r")), h5py and load_h5),
        Peer("gensim", "gensim", ".gensim", gensim and (lambda arrays, path: gensim_object(arrays).save(path, sep_limit=1 << 20)),
             gensim and (lambda path: gensim.SaveLoad.load(path, mmap="r")), gensim and gensim.SaveLoad.load),
    ]  # fmt: skip


def taken(work, path=None, memory=0):
    """`memory`: bytes that are taken from the system and given back before, for the reason of warm_free_memory in timing.h."""
    gc.collect()
    numpy.ones(max(memory // 8, 1))
    seconds, cpu = timed(work)
    return Taken(seconds, cpu, os.path.getsize(path) if path else 0)


def fresh(path):
    """Nothing of an earlier round: the name, and what lies beside it."""
    for old in pathlib.Path(path).parent.glob(pathlib.Path(path).name + "*"):
        old.unlink()
    return path


class Bench:
    def __init__(self, options, scratch):
        self.effort = QUICK if options.quick else STANDARD
        self.scratch, self.only = scratch, options.only
        self.worker = Worker(options.build, "larder_container_worker")
        self.formats = self.written_formats(options.build)
        self.rows, self.goals = [], []

    @staticmethod
    def written_formats(build):
        listed = subprocess.run([build / "tools/larder", "formats", "-j"], stdout=subprocess.PIPE, check=True)
        return {entry["name"] for entry in json.loads(listed.stdout) if entry["writes"]}

    def place(self, name):
        return os.path.join(self.scratch, name)

    def hold(self, count):
        self.worker("hold", count, self.effort.elements, 7)
        pickled = fresh(self.place("held.joblib"))
        self.worker("dump", "joblib", 0, pickled)
        arrays = joblib.load(pickled)
        os.remove(pickled)
        return arrays

    def rounds(self, sides):
        """In each round every side once, after one that warms up."""
        for work in sides.values() if self.effort is STANDARD else ():
            work()
        return [{name: work() for name, work in sides.items()} for _ in range(self.effort.rounds)]

    def measure(self, peer, arrays, deflate=0):
        """One format: written by both, and read by both from the peer's file, or from larder's where the peer is missing."""
        name = f"{peer.name} (deflate {deflate})" if deflate else peer.name
        if peer.name not in self.formats:
            return self.add(name, "the format", "not in this build", "", "")
        ours, theirs = self.place("larder" + peer.extension), self.place("peer" + peer.extension)
        writes = {"larder": lambda: self.worker("dump", peer.name, deflate, fresh(ours))}
        if peer.name == "gensim":  # larder has no class of gensim's: it writes what gensim wrote before
            writes = {"larder": lambda: self.worker("rewrite", "gensim", self.saved(peer, arrays), fresh(ours))} if peer.write else {}
        if peer.write:
            writes["peer"] = lambda: self.written(peer, arrays, fresh(theirs))
        if not writes:
            return self.add(name, "everything", f"{peer.module} is missing", "", "")
        size = sum(array.nbytes for array in arrays.values())
        self.compare(name, "write", self.rounds(writes), size)
        file = theirs if peer.write else ours
        self.opened(name, peer, file, deflate)
        self.loaded(name, peer, file, ours if "larder" in writes else theirs, size, deflate)
        for path in (ours, theirs, self.place("saved" + peer.extension)):
            fresh(path)

    @staticmethod
    def written(peer, arrays, path):
        return taken(lambda: peer.write(arrays, path), path)

    def saved(self, peer, arrays):
        """What the library saved once, under a name of its own."""
        path = self.place("saved" + peer.extension)
        if not os.path.exists(path):
            peer.write(arrays, path)
        return path

    def opened(self, name, peer, file, deflate):
        if deflate:
            return
        sides = {"larder": lambda: self.worker("open", file)}
        if peer.open:
            sides["peer"] = lambda: taken(lambda: peer.open(file))
        found = self.rounds(sides)
        ours = statistics.median(one["larder"].seconds for one in found) * 1000
        theirs = f"{statistics.median(one['peer'].seconds for one in found) * 1000:.2f} ms" if peer.open else "cannot"
        self.add(name, "open mapped", f"{ours:.2f} ms", theirs, "")
        self.goals.append([f"{name}: open mapped", f"< {OPEN_MILLISECONDS} ms", f"{ours:.2f} ms", verdict(ours < OPEN_MILLISECONDS)])

    def loaded(self, name, peer, file, ours, size, deflate):
        sides = {"larder": lambda: self.worker("load", file), "own": lambda: self.worker("load", ours)}
        if peer.load:
            sides["peer"] = lambda: taken(lambda: peer.load(file), memory=size)
        files = self.parts(file)
        if not deflate:
            sides["bytes"] = lambda: self.worker("bytes", *files)
        found = self.rounds(sides)
        self.compare(name, "read all", found, size)
        if deflate:
            return
        share = statistics.median(one["bytes"].seconds / one["larder"].seconds for one in found)
        own = statistics.median(one["bytes"].seconds / one["own"].seconds for one in found)
        self.add(name, "read all, beside read() of the file", f"{share:.0%} (larder's own file: {own:.0%})", "", "")
        self.goals.append([f"{name}: read all, beside read() into fresh memory", f">= {READ_SHARE:.0%}", f"{share:.0%}", verdict(share >= READ_SHARE)])

    @staticmethod
    def parts(file):
        return sorted(str(part) for part in pathlib.Path(file).parent.glob(pathlib.Path(file).name + "*"))

    def compare(self, name, what, found, size):
        speeds = {side: size / statistics.median(one[side].seconds for one in found) / 1e6 for side in ("larder", "peer") if side in found[0]}
        texts = [f"{speeds[side]:,.0f} MB/s" if side in speeds else "missing" for side in ("larder", "peer")]
        if len(speeds) < 2:
            return self.add(name, what, *texts, "")
        times = statistics.median(one["peer"].seconds / one["larder"].seconds for one in found)
        self.add(name, what, *texts, f"{times:.2f}")
        self.goals.append([f"{name}: {what}, times the library's speed", ">= 1", f"{times:.2f}", verdict(times >= 1)])

    def add(self, *row):
        self.rows.append(list(row))
        print(" | ".join(row), flush=True)

    def run(self):
        arrays = self.hold(self.effort.count)
        chosen = [peer for peer in peers() if peer.name in self.only]
        for peer in chosen:
            self.measure(peer, arrays)
        if any(peer.name == "npz" for peer in chosen):
            del arrays
            few = self.hold(self.effort.deflated)
            # numpy's own level, 6, which it cannot be told.
            deflated = Peer("npz", "numpy", ".npz", lambda arrays, path: numpy.savez_compressed(path, **arrays), None, lambda path: load_all(numpy.load(path)))
            self.measure(deflated, few, deflate=6)
        self.worker.close()


def versions():
    names = ("numpy", "torch", "safetensors", "h5py", "gensim")
    return ", ".join(f"{name} {getattr(module(name), '__version__', 'missing')}" for name in names)


def report(bench, started, load_before):
    effort = bench.effort
    size = effort.count * effort.elements * 4 / 1e9
    met = sum(1 for goal in bench.goals if goal[3] == "yes")
    return f"""# Containers

Written by `bench/containers.py` on {time.strftime('%Y-%m-%d %H:%M', time.gmtime(started))} UTC, larder {machine.commit(ROOT)}{', --quick' if effort is QUICK else ''};
[README.md](README.md) says how. {effort.count} arrays of float32, {size:.1f} GB together, in the page cache; medians of {effort.rounds} rounds, in each of which every side
runs once.

- machine: {machine.value_of('/proc/cpuinfo', 'model name')}, {len(os.sched_getaffinity(0))} cores; load average {load_before} before, {machine.load_text()} after
- {versions()}

{table_of(f"Goals: {met} of {len(bench.goals)} met", ["goal", "wanted", "reached", "met"], bench.goals)}

{table_of("Figures", ["format", "", "larder", "the library", "times its speed"], bench.rows)}
"""


def main():
    parser = parser_of(__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=pathlib.Path, default=ROOT / "bench/CONTAINERS.md")
    formats = ["npz", "torch", "safetensors", "h5", "gensim"]
    parser.add_argument("--only", nargs="+", choices=formats, default=formats)
    parser.add_argument("--peers", default=None)
    options = parse(parser)
    if options.peers:
        sys.path.append(options.peers)
    started, load_before = time.time(), machine.load_text()
    with tempfile.TemporaryDirectory(dir=options.scratch, prefix="containers-") as scratch:
        bench = Bench(options, scratch)
        bench.run()
    options.out.write_text(report(bench, started, load_before), encoding="utf-8")
    print(f"written: {options.out}")


if __name__ == "__main__":
    main()
