"""Other ways to keep an array: numpy, torch, blosc; how fast, and how small."""

import os
import statistics

import numpy

from arrays import taken_by
from programs import module
from rounds import interleave


def write_bytes(path, content):
    with open(path, "wb") as file:
        file.write(content)


def read_bytes(path):
    with open(path, "rb") as file:
        return file.read()


def load_npz(path):
    with numpy.load(path) as archive:
        return archive["array"]


def peers(array):
    """{name: (dump, load)}, each taking a path; both None where the peer is missing."""
    torch, blosc = module("torch"), module("blosc")
    found = {
        "numpy.save": (lambda path: numpy.save(path, array), numpy.load),
        "numpy.savez_compressed": (lambda path: numpy.savez_compressed(path, array=array), load_npz),
    }
    if torch:
        tensor = torch.from_numpy(array.copy())
        found["torch.save"] = (lambda path: torch.save(tensor, path), torch.load)
    else:
        found["torch.save"] = (None, None)
    for codec, level in (("lz4", 5), ("zstd", 1), ("zstd", 5)):
        name = f"blosc {codec} {level}, shuffle"
        if not blosc:
            found[name] = (None, None)
            continue
        blosc.set_nthreads(2)
        found[name] = (
            lambda path, codec=codec, level=level: write_bytes(
                path, blosc.compress(array, array.itemsize, clevel=level, shuffle=blosc.SHUFFLE, cname=codec)
            ),
            lambda path: numpy.frombuffer(blosc.decompress(read_bytes(path)), array.dtype),
        )
    return found


def dump_peer(work, path):
    if os.path.exists(path):
        os.remove(path)
    return taken_by(lambda: work(path), path)


def sides_of(bench, data):
    sides = {}
    for codec in ("none", "lz4:1", "zstd:1", "zlib:6"):
        path = os.path.join(bench.scratch, f"larder-{codec.replace(':', '-')}.joblib")
        sides[f"larder {codec}", "dump"] = lambda codec=codec, path=path: bench.worker("dump", codec, path)
        sides[f"larder {codec}", "load"] = lambda path=path: bench.worker("load", path)
    for number, (name, (dump, load)) in enumerate(peers(data.array).items()):
        if dump is None:
            sides[name, "dump"] = sides[name, "load"] = None
            continue
        path = os.path.join(bench.scratch, f"peer-{number}.npz" if "savez" in name else f"peer-{number}.npy")
        sides[name, "dump"] = lambda dump=dump, path=path: dump_peer(dump, path)
        sides[name, "load"] = lambda load=load, path=path: taken_by(lambda: load(path))
    return sides


def measure(bench):
    found = {}
    for data in bench.data(bench.effort.slow_most):
        if data.array.itemsize == 1:
            continue  # texts are no arrays
        bench.worker("hold", data.npy, 0)
        sides = sides_of(bench, data)
        rounds = interleave({name: work for name, work in sides.items() if work}, bench.effort)
        for name, what in sides:
            speeds = found.setdefault(name, {"dump": [], "load": [], "ratio": []})
            if sides[name, what] is None:
                continue
            speeds[what].append(statistics.median(data.nbytes / one[name, what].seconds / 1e6 for one in rounds))
            if what == "dump":
                speeds["ratio"].append(data.nbytes / rounds[-1][name, what].bytes)
    bench.report.section(
        "Other ways to keep an array",
        "Medians over the arrays, in MB/s of elements, with files on the same disk and without fsync; the size of the elements divided by that of "
        "the file. Blosc has two threads.",
        ["", "dump", "load", "ratio"],
        [[name, *(f"{statistics.median(values):.{digits}f}" if values else "missing"
                  for values, digits in ((speeds["dump"], 0), (speeds["load"], 0), (speeds["ratio"], 2)))]
         for name, speeds in found.items()],
    )  # fmt: skip
