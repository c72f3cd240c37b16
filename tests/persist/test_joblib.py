"""joblib and larder on the same files: bytes, values, codecs and mapping, in both directions.

One difference in bytes is known and right: a text of the user that equals the name of a module ("numpy") shares that text in the
memory of the Python that wrote the file, which protocols 2 and 3 do not say; read from those and written at protocol 4
or 5 it is written twice (SHARED_MODULE_NAME).
"""
import io
import random
import unittest
import warnings

import numpy as np

from probing import ask, convert, folder_for, hexed, joblib, same
from python_objects import arrays, joined, plain, random_object

SEED = 20240608
SHARED_MODULE_NAME = {"names"}
CODECS = {"zlib": range(1, 10), "gzip": range(1, 10), "bz2": range(1, 10), "lzma": (0, 1, 6, 9), "xz": (0, 1, 6, 9), "lz4": range(0, 10, 3)}
MAGICS = {"zlib": b"\x78", "gzip": b"\x1f\x8b", "bz2": b"BZ", "lzma": b"\x5d\x00", "xz": b"\xfd7zXZ", "lz4": b"\x04\x22\x4d\x18"}


def dumped(value, protocol):
    target = io.BytesIO()
    joblib.dump(value, target, protocol=protocol)
    return target.getvalue()


def native(value):
    """What joblib makes of the value: arrays in this machine's byte order."""
    return joblib.load(io.BytesIO(dumped(value, 4)))


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = folder_for(self)

    def converted(self, sources, compress=None, **how):
        """Writes each source (bytes), has larder convert all of them, and returns the files that larder made.

        compress: of each file; none if left out."""
        questions = []
        for number, source in enumerate(sources):
            (self.folder / f"{number}.in").write_bytes(source)
            how["compress"] = compress[number] if compress else "none"
            questions.append(convert(self.folder / f"{number}.in", self.folder / f"{number}.out", **how))
        for number, answer in enumerate(ask(questions)):
            self.assertEqual(answer, ["ok"], (number, sources[number][:200]))
        return [self.folder / f"{number}.out" for number in range(len(sources))]

    def loaded(self, path, **how):
        """joblib.load; any warning is a failure."""
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return joblib.load(path, **how)


class Bytes(Files):
    def check(self, values, reads, writes):
        for wanted_protocol in writes:
            for protocol in reads:
                names = [name for name in values if protocol >= 4 or wanted_protocol < 4 or name not in SHARED_MODULE_NAME]
                files = self.converted([dumped(values[name], protocol) for name in names], protocol=wanted_protocol)
                for name, file in zip(names, files):
                    self.assertEqual(file.read_bytes(), dumped(values[name], wanted_protocol), (name, protocol, wanted_protocol))

    def test_plain_objects(self):
        # Protocols 0 and 1 do not tell bytes from the str that they were decoded from, so that less is shared there.
        self.check(plain(), range(2, 6), range(2, 6))

    def test_objects_with_arrays(self):
        self.check(joined(), range(2, 6), range(2, 6))

    def test_arrays_of_every_dtype_shape_and_layout(self):
        self.check(arrays(), [2, 4], [4])
        self.check(arrays(), [4], [2, 5])

    def test_the_known_difference_is_one(self):
        value = joined()["names"]
        file, = self.converted([dumped(value, 2)], protocol=4)
        self.assertNotEqual(file.read_bytes(), dumped(value, 4))
        self.assertTrue(same(self.loaded(file), value))

    def test_old_protocols(self):
        values = {**plain(), **joined()}
        for protocol in (0, 1):
            for file, (name, value) in zip(self.converted([dumped(value, protocol) for value in values.values()]), values.items()):
                self.assertTrue(same(self.loaded(file), joblib.load(io.BytesIO(dumped(value, protocol)))), (name, protocol))

    def test_random_graphs(self):
        print("seed", SEED)
        values = [random_object(random.Random(SEED + number), 60, with_arrays=True) for number in range(200)]
        files = self.converted([dumped(value, 2 + number % 4) for number, value in enumerate(values)], protocol=5)
        for number, (file, value) in enumerate(zip(files, values)):
            self.assertTrue(same(self.loaded(file), native(value)), number)


class Codecs(Files):
    def objects(self):
        found = {name: joined()[name] for name in ("shared", "names", "many", "between")}
        return {**found, "grid": np.arange(10000.0).reshape(100, 100).T, "text": plain()["long_text"]}

    def test_larder_reads_every_codec_and_level_of_joblib(self):
        for name, value in self.objects().items():
            sources = []
            for codec, levels in CODECS.items():
                for level in levels:
                    target = self.folder / "source"
                    joblib.dump(value, target, compress=(codec, level))
                    sources.append(target.read_bytes())
            wanted = native(value)
            for file in self.converted(sources):
                self.assertTrue(same(self.loaded(file), wanted), name)

    def test_joblib_reads_every_codec_and_level_of_larder(self):
        compress = [f"{codec}:{level}" for codec, levels in CODECS.items() for level in levels]
        for name, value in self.objects().items():
            wanted = native(value)
            for how, file in zip(compress, self.converted([dumped(value, 4)] * len(compress), compress)):
                codec, level = how.split(":")
                if level != "0":
                    self.assertTrue(file.read_bytes().startswith(MAGICS[codec]), how)
                self.assertTrue(same(self.loaded(file), wanted), (name, how))

    def test_extensions_choose_the_codec(self):
        source = self.folder / "source.pkl"
        source.write_bytes(dumped(joined()["shared"], 4))
        extensions = {".z": "zlib", ".gz": "gzip", ".bz2": "bz2", ".lzma": "lzma", ".xz": "xz", ".lz4": "lz4"}
        targets = [self.folder / f"target{extension}" for extension in extensions]
        for answer in ask(convert(source, target, compress="false") for target in targets):
            self.assertEqual(answer, ["ok"])
        for target, codec in zip(targets, extensions.values()):
            self.assertTrue(target.read_bytes().startswith(MAGICS[codec]), codec)
            self.assertTrue(same(self.loaded(target), joblib.load(source)), codec)


class Mapping(Files):
    def test_joblib_maps_what_larder_writes(self):
        values = [[array] for array in arrays().values()] + [joined()["many"]]
        for value, file in zip(values, self.converted([dumped(value, 4) for value in values])):
            for wanted, found in zip(value, self.loaded(file, mmap_mode="r")):
                self.assertIsInstance(found, np.memmap)
                self.assertEqual((found.offset or 0) % 16, 0)  # numpy tells none for an array without elements
                if ">" not in repr(wanted.dtype):  # joblib 1.2 makes those native here too
                    self.assertTrue(same(np.asarray(found), wanted), (wanted.dtype, wanted.shape, wanted.strides))
                self.assertEqual((found.flags.c_contiguous, found.flags.f_contiguous), self.flags_of(wanted))

    @staticmethod
    def flags_of(array):
        """Order flags that the array has once it was stored: C unless it is Fortran and not C."""
        stored = np.array(array, order="F" if array.flags.f_contiguous and not array.flags.c_contiguous else "C")
        return stored.flags.c_contiguous, stored.flags.f_contiguous

    def test_order_flags_survive_a_load(self):
        for name, array in arrays().items():
            if array.ndim == 2:
                file, = self.converted([dumped(array, 4)])
                found = self.loaded(file)
                self.assertEqual((found.flags.c_contiguous, found.flags.f_contiguous), self.flags_of(array), name)


class Json(Files):
    def test_json_of_what_joblib_wrote(self):
        path = self.folder / "a.joblib"
        joblib.dump({"a": [1, None, True], "x": np.arange(3)}, path, compress=3)
        answer, = ask([["json", hexed(path)]])
        self.assertEqual(bytes.fromhex(answer[1]).decode(),
                         '{"a": [1, null, true], "x": {"$array": {"dtype": "int64", "shape": [3], "data": [0, 1, 2]}}}')


if __name__ == "__main__":
    unittest.main()
