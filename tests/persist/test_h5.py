"""Random HDF5 files of h5py, read and written again by larder, are the same to h5py."""
import itertools
import sys
import unittest

from probing import ask, convert, folder_for

try:
    import h5py
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}; apt-get install python3-h5py")
    sys.exit(77)

DTYPES = ["i1", "u1", "<i2", ">i2", "<u4", ">i4", "<i8", "<f2", ">f4", "<f8", "<g", "<c8", ">c16", "?", "S3", "V3",
          [("a", "<f8"), ("b", ">i2", (2, 2)), ("größe", "S2")]]  # fmt: skip
FILES = 60


class Maker:
    def __init__(self, seed):
        self.random = np.random.default_rng(seed)

    def below(self, end):
        return int(self.random.integers(end))

    def array(self):
        dtype = np.dtype(DTYPES[self.below(len(DTYPES))])
        shape = tuple(self.below(5) for _ in range(self.below(4)))
        if dtype.kind == "b":
            return self.random.integers(0, 2, shape).astype(bool)
        if dtype == np.dtype("<g"):  # all bits of a long double make no number
            return self.random.normal(size=shape).astype(dtype)
        size = int(np.prod(shape))
        return np.frombuffer(self.random.bytes(size * dtype.itemsize), dtype).reshape(shape) if size else np.zeros(shape, dtype)

    def texts(self):
        return ["ä" * self.below(40) for _ in range(1 + self.below(40))]

    def put_dataset(self, group, name):
        kind = self.below(7)
        if kind == 0:
            array = self.array()
            options = {}
            if array.ndim and array.size:
                options = {"chunks": tuple(max(1, size // 2) for size in array.shape), "shuffle": bool(self.below(2)),
                           "fletcher32": bool(self.below(2)), "compression": [None, "gzip"][self.below(2)]}  # fmt: skip
            group.create_dataset(name, data=array, **options)
        elif kind == 1:
            group.create_dataset(name, data=self.texts(), dtype=h5py.string_dtype())
        elif kind == 2:
            group[name] = "one text"
        elif kind == 3:
            group[name] = h5py.Empty("f4")
        elif kind == 4 and len(group):
            group[name] = group[next(iter(group))]
        else:
            group[name] = self.array()

    def fill(self, group, depth=0):
        for number in range(self.below(14)):
            if depth < 4 and self.below(8) == 0:
                self.fill(group.create_group(f"n{number}"), depth + 1)
            else:
                self.put_dataset(group, f"n{number}")
        for number in range(self.below(5)):
            group.attrs[f"a{number}"] = [self.array(), "text", self.texts(), b"bytes", 3.5][self.below(5)]


def bits(array):
    """Long doubles have bytes that mean nothing."""
    if array.dtype.kind == "g" or array.dtype == np.dtype("<g"):
        return array.tolist()
    return array.astype(array.dtype.newbyteorder("<")).tobytes()


class H5(unittest.TestCase):
    def same_value(self, one, other, path):
        if isinstance(one, h5py.Empty):
            self.assertIsInstance(other, h5py.Empty, path)
            return
        one, other = np.asarray(one), np.asarray(other)
        self.assertEqual((one.shape, one.dtype), (other.shape, other.dtype), path)
        if one.dtype.kind == "O":
            self.assertEqual(one.tolist(), other.tolist(), path)
        else:
            self.assertEqual(bits(one), bits(other), path)

    def same(self, one, other, path=""):
        self.assertEqual(set(one.attrs), set(other.attrs), path)
        for name in one.attrs:
            self.same_value(one.attrs[name], other.attrs[name], f"{path}@{name}")
        if isinstance(one, h5py.Dataset):
            self.same_value(one[()], other[()], path)
            return
        self.assertEqual(set(one), set(other), path)
        for name in one:
            self.same(one[name], other[name], f"{path}/{name}")
        for first, second in itertools.combinations(one, 2):
            nothing = isinstance(one[first], h5py.Dataset) and one[first].shape is None  # a None is no object of its own
            if one[first] == one[second] and not nothing:
                self.assertEqual(other[first], other[second], f"{path}: {first} is {second}")

    def test_random_files(self):
        folder = folder_for(self)
        questions = []
        for seed in range(FILES):
            source, target = folder / f"{seed}.h5", folder / f"{seed}-again.h5"
            options = [{}, {}, {}, {"userblock_size": 512}, {"libver": "v108"}][seed % 5]
            with h5py.File(source, "w", **options) as file:
                Maker(seed).fill(file)
            questions.append(convert(source, target, file_format="h5"))
        for seed, answer in enumerate(ask(questions)):
            if answer[0] == "error" and seed % 5 == 4:  # more members or attributes than fit a header of libver v108
                self.assertEqual(answer[1], "unsupported", answer)
                continue
            self.assertEqual(answer, ["ok"], f"seed {seed}")
            with h5py.File(folder / f"{seed}.h5") as one, h5py.File(folder / f"{seed}-again.h5") as other:
                with self.subTest(seed=seed):
                    self.same(one, other)

    def test_a_thousand_members(self):
        """More than one level of the tree of names."""
        folder = folder_for(self)
        with h5py.File(folder / "many.h5", "w") as file:
            for number in range(1000):
                file[f"weight {number}"] = number
        self.assertEqual(ask([convert(folder / "many.h5", folder / "again.h5", file_format="h5")]), [["ok"]])
        with h5py.File(folder / "many.h5") as one, h5py.File(folder / "again.h5") as other:
            for name in one:
                self.assertEqual(one[name][()], other[name][()])
            self.assertEqual(list(one), list(other))

    def test_long_texts_and_many(self):
        folder = folder_for(self)
        with h5py.File(folder / "texts.h5", "w") as file:
            file.attrs["model_config"] = "x" * 3_000_000
            file["many"] = [str(number) for number in range(70_000)]
        self.assertEqual(ask([convert(folder / "texts.h5", folder / "again.h5", file_format="h5")]), [["ok"]])
        with h5py.File(folder / "texts.h5") as one, h5py.File(folder / "again.h5") as other:
            self.same(one, other)


if __name__ == "__main__":
    unittest.main()
