"""Arrays in plain pickles, as numpy writes them and as C++ makes them; arrays in joblib files that are shared, or aligned further."""
import io
import pickle
import unittest
import warnings

import numpy as np

from probing import ask, folder_for, hexed, joblib, same
from python_objects import arrays, joined

SMALLEST_MAPPED = 64
warnings.filterwarnings("ignore", "the matrix subclass", PendingDeprecationWarning)


def rewrite(source, target, file_format="pickle", protocol=4, alignment=16, share=0):
    return ["rewrite", hexed(source), hexed(target), file_format, str(protocol), str(alignment), str(share)]


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = folder_for(self)

    def put(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def done(self, questions):
        for answer in ask(questions):
            self.assertEqual(answer[0], "ok", " ".join(answer))
            yield answer[1:]

    def rewritten(self, pickles, **how):
        """What larder makes of each file of these bytes: paths."""
        self.calls = getattr(self, "calls", 0) + 1
        sources = [self.put(f"{self.calls}-{number}.in", data) for number, data in enumerate(pickles)]
        targets = [source.with_suffix(".out") for source in sources]
        list(self.done(rewrite(source, target, **how) for source, target in zip(sources, targets)))
        return targets

    def found(self, pickles, mode):
        """The arrays that larder finds in each file: (dtype, shape, mapped, writable)."""
        paths = [self.put(f"{number}.found", data) for number, data in enumerate(pickles)]
        for words in self.done(["arrays", hexed(path), mode] for path in paths):
            rows = [word.split(",") for word in words]
            yield [(dtype, tuple(map(int, shape.split("x"))) if shape else (), mapped == "1", writable == "1") for dtype, shape, mapped, writable in rows]


class Plain(Files):
    def test_the_same_bytes_come_out(self):
        values = {**arrays(), **joined(), "objects": np.array([1, "a", None, [2]], object), "matrix": np.matrix([[1, 2]])}
        for protocol in range(6):
            pickles = {name: pickle.dumps(value, protocol) for name, value in values.items()}
            for name, path in zip(pickles, self.rewritten(pickles.values(), protocol=protocol)):
                self.assertEqual(path.read_bytes(), pickles[name], (name, protocol))

    def test_every_protocol_becomes_every_other(self):
        values = {**joined(), **dict(list(arrays().items())[::7])}
        for protocol in range(6):
            pickles = {name: pickle.dumps(value, protocol) for name, value in values.items()}
            for wanted in range(6):
                for (name, data), path in zip(pickles.items(), self.rewritten(pickles.values(), protocol=wanted)):
                    self.assertTrue(same(pickle.loads(path.read_bytes()), pickle.loads(data)), (name, protocol, wanted))

    def test_arrays_are_arrays(self):
        values = arrays()
        for protocol in range(6):
            for (name, array), found in zip(values.items(), self.found([pickle.dumps(array, protocol) for array in values.values()], "none")):
                (dtype, shape, mapped, _), = found
                self.assertEqual((dtype, shape, mapped), (array.dtype.str, array.shape, False), (name, protocol))

    def test_arrays_of_an_uncompressed_file_are_mapped(self):
        values = arrays()
        large = {name: np.tile(array, (1,) * (array.ndim - 1) + (20,)) for name, array in values.items() if array.ndim}
        for protocol in (3, 4, 5):
            for some in (values, large):
                files = [pickle.dumps([1, array, "x"], protocol) for array in some.values()]
                for (name, array), found in zip(some.items(), self.found(files, "r")):
                    (dtype, shape, mapped, writable), = found
                    self.assertEqual((dtype, shape), (array.dtype.str, array.shape), (name, protocol))
                    self.assertEqual(mapped, array.nbytes >= SMALLEST_MAPPED, (name, protocol, array.nbytes))
                    self.assertFalse(mapped and writable, name)

    def test_all_arrays_of_a_file_are_mapped(self):
        for protocol in (3, 4, 5):
            found, = self.found([pickle.dumps(joined()["many"] + [joined()["big"]], protocol)], "r")
            self.assertEqual([mapped for _, _, mapped, _ in found], [size >= SMALLEST_MAPPED for size in range(40)] + [True])

    def test_read_only_and_sub_classes(self):
        frozen = np.arange(10)
        frozen.flags.writeable = False
        for protocol in range(6):
            data = pickle.dumps([frozen, np.arange(10)], protocol)
            path, = self.rewritten([data], protocol=protocol)
            wanted = [array.flags.writeable for array in pickle.loads(data)]
            self.assertEqual([array.flags.writeable for array in pickle.loads(path.read_bytes())], wanted)
        values = {"matrix": np.matrix([[1, 2]]), "records": np.rec.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
                  "masked": np.ma.array([1, 2, 3], mask=[0, 1, 0]), "masked records": np.ma.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
                  "scalars": [np.float64(1.5), np.int8(3), np.datetime64("2001-02-03"), np.str_("é"), np.bytes_(b"ab"), np.bool_(True)],
                  "state": np.random.RandomState(3), "generator": np.random.default_rng(3)}
        for protocol in range(6):
            for (name, value), path in zip(values.items(), self.rewritten([pickle.dumps(value, protocol) for value in values.values()], protocol=protocol)):
                self.assertEqual(path.read_bytes(), pickle.dumps(value, protocol), (name, protocol))


def expected():
    """What pickle_probe's built_arrays makes."""
    grid = np.arange(12.0).reshape(3, 4)
    found = {"grid": grid, "fortran": np.asfortranarray(grid), "transposed": grid.T, "head": grid[0, :2], "columns": grid[:, ::2],
             "backwards": grid.reshape(12)[::-1], "broadcast": np.ones(5), "big_endian": grid.astype(">f8"),
             "read_only": np.frombuffer(b"larde", "u1"), "empty": np.zeros((2, 0, 3), "i2"), "scalar": np.array(-7),
             "time": np.array([1], "M8[25s]"), "text": np.array(["a", "b"])}
    return {**found, "shared": [grid, grid, grid.copy()]}


class Built(Files):
    def test_numpy_loads_what_larder_builds(self):
        for file_format in ("pickle", "joblib"):
            for protocol in range(6):
                (written,), = self.done([["build", str(protocol), file_format]])
                found = joblib.load(io.BytesIO(bytes.fromhex(written)))
                wanted = expected()
                self.assertEqual(list(found), list(wanted))
                for name in list(wanted)[:-1]:
                    self.assertEqual((found[name].dtype.newbyteorder("="), found[name].shape), (wanted[name].dtype.newbyteorder("="), wanted[name].shape), name)
                    self.assertTrue((found[name] == wanted[name]).all(), (file_format, name, protocol))
                shared = found["shared"]
                self.assertTrue(all((array == wanted["grid"]).all() for array in shared))
                self.assertEqual(shared[0] is shared[1], file_format == "pickle")
                self.assertIsNot(shared[0], shared[2])
                # numpy copies and swaps what is not its own order or pickled by a protocol before 5.
                if protocol == 5 and file_format == "pickle":
                    self.assertFalse(found["read_only"].flags.writeable)
                    self.assertTrue(found["grid"].flags.writeable and found["empty"].flags.writeable)


class Joblib(Files):
    def loaded(self, path, **how):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return joblib.load(path, **how)

    def test_shared_arrays_stay_one(self):
        grid = np.arange(12.0).reshape(3, 4)
        other = np.arange(5)
        data = pickle.dumps([grid, {"again": grid}, other, (grid, other), grid.copy()], 4)
        for protocol in range(2, 6):
            path, = self.rewritten([data], file_format="joblib", protocol=protocol, share=1)
            plain, = self.rewritten([path.read_bytes()], file_format="joblib", protocol=protocol)
            self.assertLess(path.stat().st_size, plain.stat().st_size)
            again, = self.rewritten([path.read_bytes()], file_format="joblib", protocol=protocol, share=1)
            self.assertEqual(again.read_bytes(), path.read_bytes())
            for mode in (None, "r"):
                for file in (path, again):
                    first, inner, second, pair, copy = self.loaded(file, mmap_mode=mode)
                    self.assertTrue(first is inner["again"] is pair[0], (protocol, mode))
                    self.assertIs(second, pair[1])
                    self.assertIsNot(first, copy)
                    self.assertTrue((first == grid).all() and (second == other).all() and (copy == grid).all())
                    self.assertEqual(isinstance(first, np.memmap), mode is not None)
            first, inner, *_ = self.loaded(plain)
            self.assertIsNot(first, inner["again"])

    def test_shared_arrays_among_everything(self):
        values = joined()
        for protocol in range(2, 6):
            pickles = {name: pickle.dumps(value, 4) for name, value in values.items()}
            for (name, value), path in zip(values.items(), self.rewritten(pickles.values(), file_format="joblib", protocol=protocol, share=1)):
                wanted = joblib.load(io.BytesIO(pickles[name]))
                found = self.loaded(path)
                self.assertTrue(same(found, wanted), (name, protocol))
                if name == "one_dtype":
                    self.assertTrue(found[0] is found[1] is found[2])

    def test_alignment(self):
        values = [np.arange(5), "x" * 100, np.arange(300.0).reshape(3, 100).T, {"a": np.zeros(0), "b": np.array(7)}, joined()["many"], b"y" * 70000, np.arange(9)]
        flat = [values[0], values[2], values[3]["a"], values[3]["b"], *values[4], values[6]]
        for protocol in range(2, 6):
            for alignment in (16, 64, 128, 4096, 65536):
                path, = self.rewritten([pickle.dumps(values, 4)], file_format="joblib", protocol=protocol, alignment=alignment)
                for mode in (None, "r"):
                    found = self.loaded(path, mmap_mode=mode)
                    got = [found[0], found[2], found[3]["a"], found[3]["b"], *found[4], found[6]]
                    self.assertEqual((found[1], found[5]), (values[1], values[5]))
                    for array, wanted in zip(got, flat):
                        self.assertTrue(same(np.asarray(array), wanted), (protocol, alignment))
                        if mode and wanted.size:
                            self.assertIsInstance(array, np.memmap)
                            self.assertEqual(array.offset % alignment, 0, (protocol, alignment))
                            self.assertEqual(array.ctypes.data % min(alignment, 4096), 0)
                back, = self.rewritten([path.read_bytes()], file_format="joblib", protocol=protocol)
                plain, = self.rewritten([pickle.dumps(values, 4)], file_format="joblib", protocol=protocol)
                self.assertTrue(same(self.loaded(back), self.loaded(plain)))
                mapped, = self.found([path.read_bytes()], "r")
                self.assertTrue(all(is_mapped for _, shape, is_mapped, _ in mapped if 0 not in shape))

    def test_joblib_alone_writes_the_usual_alignment(self):
        target = io.BytesIO()
        joblib.dump(joined()["shared"], target, protocol=4)
        path, = self.rewritten([target.getvalue()], file_format="joblib")
        self.assertEqual(path.read_bytes(), target.getvalue())

    def test_alignments_that_are_none(self):
        source = self.put("a", pickle.dumps(np.arange(3)))
        for alignment in (0, 1, 8, 15, 17, 24, 48, 131072, 1 << 40):
            answer, = ask([rewrite(source, self.folder / "b", "joblib", alignment=alignment)])
            self.assertEqual(answer[:2], ["error", "usage"], alignment)
            self.assertFalse((self.folder / "b").exists())


if __name__ == "__main__":
    unittest.main()
