"""What is measured on: the elements of real arrays, texts, and large arrays that are made up from fixed seeds."""

import os
import pathlib
import zipfile

import numpy


def walk(size):
    """A random walk, rounded to three decimals, as sensors give it."""
    return numpy.round(numpy.cumsum(numpy.random.default_rng(1).normal(size=size // 8)), 3)


def stamps(size):
    """Times in milliseconds, ascending."""
    steps = numpy.random.default_rng(2).exponential(73, size=size // 8).astype("i8") + 1
    return numpy.cumsum(steps) + 1_600_000_000_000


def weights(size):
    """What a layer of a neural network holds."""
    return (numpy.random.default_rng(3).normal(size=size // 4) * 0.02).astype("f4")


SYNTHETIC = {"walk": walk, "stamps": stamps, "weights": weights}


class DataSet:
    """One array, in memory and in the folder `scratch`, of which a part can be used."""

    def __init__(self, name, array, scratch):
        self.name, self.array, self.scratch = name, array, scratch

    @property
    def nbytes(self):
        return self.array.nbytes

    def first(self, most):
        """The data set of the first `most` bytes."""
        return DataSet(self.name, self.array[: max(most // self.array.itemsize, 1)], self.scratch)

    def _file(self, suffix, write):
        path = os.path.join(self.scratch, f"{self.name}-{self.nbytes}{suffix}")
        if not os.path.exists(path):
            write(path)
        return path

    @property
    def npy(self):
        return self._file(".npy", lambda path: numpy.save(path, self.array))

    @property
    def raw(self):
        """The elements and nothing else."""
        return self._file(".raw", self.array.tofile)


def texts(folder):
    """The first file in each .zip."""
    for path in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            yield path.stem, numpy.frombuffer(archive.read(archive.namelist()[0]), "u1")


def arrays(folder):
    for path in sorted(folder.glob("*.npy")):
        yield path.stem.rsplit("_", 1)[0], numpy.load(path).ravel(order="K")


def data_sets(effort, folder, scratch):
    """All of them, and a sentence for each kind that is not there."""
    folder = pathlib.Path(folder) if folder else None
    real = [("arrays", arrays), ("texts", texts)]
    found, absent = [], []
    for kind, read in real:
        of_kind = list(read(folder))[: effort.data_sets] if folder and folder.is_dir() else []
        if not of_kind:
            absent.append(f"The real {kind} are missing: LARDER_DATA names no folder with them.")
        found += of_kind
    for name, make in list(SYNTHETIC.items())[: effort.data_sets]:
        found.append((name, make(effort.most)))
    return [DataSet(name, array, scratch).first(effort.most) for name, array in found], absent
