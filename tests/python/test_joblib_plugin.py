#!/usr/bin/python3
"""What larder.register() gives joblib: compressors, and the backend of Memory; where LARDER_S3_ENDPOINT says so, on S3 as well."""

import datetime
import gzip
import io
import os
import pathlib
import pickle
import tempfile
import unittest
import warnings

import joblib
import numpy

import larder

larder.register()

CODECS = ("zlib", "gzip", "bz2", "lzma", "xz", "lz4", "zstd")
EXTENSIONS = {"zlib": ".z", "gzip": ".gz", "bz2": ".bz2", "lzma": ".lzma", "xz": ".xz", "lz4": ".lz4", "zstd": ".zst"}
ENDPOINT = os.environ.get("LARDER_S3_ENDPOINT")


def series(size, log=None):
    if log:
        with open(log, "a") as file:
            file.write("called\n")
    return numpy.arange(float(size))


def unpicklable(number):
    return lambda: number


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "cache")
        self.log = os.path.join(self.folder.name, "log")

    def tearDown(self):
        self.folder.cleanup()

    def calls(self):
        return pathlib.Path(self.log).read_text().count("called") if os.path.exists(self.log) else 0


class Compressors(Folder):
    def test_each(self):
        value = {"a": numpy.arange(10_000), "b": ["text"] * 100}
        for codec in CODECS:
            for compress in (codec, (codec, 1), (codec, 9)):
                with self.subTest(compress=compress):
                    joblib.dump(value, self.path, compress=compress)
                    for load in (joblib.load, larder.load):
                        loaded = load(self.path)
                        self.assertEqual((loaded["a"].tolist(), loaded["b"]), (value["a"].tolist(), value["b"]))
                    larder.dump(value, self.path, compress=compress)
                    self.assertEqual(joblib.load(self.path)["b"], value["b"])
            named = self.path + EXTENSIONS[codec]
            joblib.dump(value, named)
            with open(named, "rb") as file:
                self.assertTrue(file.read(8).startswith(joblib.compressor._COMPRESSORS[codec].prefix))
            self.assertEqual(joblib.load(named)["b"], value["b"])

    def test_larder_does_the_work(self):
        for codec in CODECS:
            self.assertTrue(issubclass(joblib.compressor._COMPRESSORS[codec].fileobj_factory, larder.files.CodecFile))

    def test_a_dump_that_fails_leaves_the_file(self):
        joblib.dump("old", self.path, compress="zstd")
        with joblib.compressor._COMPRESSORS["zstd"].compressor_file(self.path) as file:
            file.write(b"new")
            self.assertEqual(joblib.load(self.path), "old")

    def test_as_gzip_open(self):
        content = b"first line\nsecond\n" + bytes(range(256)) * 2000
        with larder.files.CodecFile(self.path, "wb", codec="gzip", level=6) as file:
            self.assertEqual(file.write(content), len(content))
        with gzip.open(self.path) as stock, larder.files.CodecFile(self.path) as file:
            for act in (
                lambda f: f.readline(), lambda f: f.read(3), lambda f: f.tell(), lambda f: f.seek(100_000), lambda f: f.read(9), lambda f: f.seek(4),
                lambda f: f.seek(3, 1), lambda f: f.readline(), lambda f: f.readinto(bytearray(10)), lambda f: f.seek(-5, 2), lambda f: f.read(),
                lambda f: f.read(1), lambda f: f.seek(0), lambda f: f.read() == content, lambda f: (f.seekable(), f.readable(), f.writable()),
            ):
                self.assertEqual(act(file), act(stock))
            with self.assertRaises(io.UnsupportedOperation):
                file.write(b"x")
        with self.assertRaises(ValueError):
            file.read()
        with self.assertRaises(ZeroDivisionError):
            with larder.files.CodecFile(self.path, "wb", codec="gzip") as file:
                file.write(b"half")
                raise ZeroDivisionError
        self.assertEqual(gzip.open(self.path).read(), content)

    def test_a_foreign_file_stays_open(self):
        target = io.BytesIO()
        with larder.files.CodecFile(target, "wb", codec="xz") as file:
            file.write(b"abc")
        self.assertFalse(target.closed)
        target.seek(0)
        with larder.files.CodecFile(target) as file:
            self.assertEqual((file.read(), file.seek(1), file.read()), (b"abc", 1, b"bc"))
        self.assertFalse(target.closed)


class InADirectory(Folder):
    def memory(self, **options):
        return joblib.Memory(self.path, backend="larder", verbose=0, **options)

    def test_computes_once(self):
        for options in ({}, {"compress": "zstd"}, {"compress": ("gzip", 1)}, {"mmap_mode": "r"}):
            with self.subTest(options=options):
                before = self.calls()
                cached = self.memory(**options).cache(series, ignore=["log"])
                cached.clear(warn=False)
                first, second = cached(100, self.log), cached(100, self.log)
                self.assertEqual(self.calls(), before + 1)
                self.assertEqual((first.tolist(), second.tolist()), (series(100).tolist(),) * 2)
                self.assertIs(type(second), numpy.memmap if "mmap_mode" in options else numpy.ndarray)

    def test_shared_with_joblibs_own_backend(self):
        own = joblib.Memory(self.path, verbose=0)
        for writer, reader in ((self.memory(), own), (own, self.memory())):
            writer.clear(warn=False)
            before = self.calls()
            self.assertEqual(writer.cache(series, ignore=["log"])(7, self.log).tolist(), reader.cache(series, ignore=["log"])(7, self.log).tolist())
            self.assertEqual(self.calls(), before + 1)

    def test_limits_hold_after_each_write(self):
        memory = self.memory(backend_options={"items_limit": 3})
        cached = memory.cache(series)
        for size in range(1, 8):
            cached(size)
            self.assertLessEqual(len(memory.store_backend.get_items()), 3)
        self.assertTrue(cached.check_call_in_cache(7) if hasattr(cached, "check_call_in_cache") else True)
        memory = joblib.Memory(self.path + "2", backend="larder", verbose=0, backend_options={"bytes_limit": "50K", "age_limit": datetime.timedelta(days=1)})
        cached = memory.cache(series)
        for size in range(1000, 1020):
            cached(size)
            self.assertLessEqual(sum(item.size for item in memory.store_backend.get_items()), 50 * 1024)
        self.assertGreater(len(memory.store_backend.get_items()), 3)

    def test_limits_of_a_store_without_directory(self):
        backend = larder.joblib.LarderStoreBackend()
        backend.configure("memory:", backend_options={"items_limit": 2, "compress": True})
        for number in range(5):
            backend.dump_item([f"module/f/{number:032x}"], number)
        self.assertEqual(sorted(os.path.basename(item.path) for item in backend.get_items()), [f"{number:032x}" for number in (3, 4)])
        self.assertEqual(backend.load_item([f"module/f/{4:032x}"]), 4)
        with self.assertRaises(KeyError):
            backend.load_item([f"module/f/{1:032x}"])
        backend.clear()
        self.assertEqual(list(backend.store), [])

    def test_what_cannot_be_pickled_is_no_value(self):
        memory = self.memory()
        cached = memory.cache(unpicklable)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.assertEqual((cached(3)(), cached(3)()), (3, 3))
        self.assertEqual([key for key in memory.store_backend.store if key.endswith("output.pkl")], [])

    def test_a_damaged_value_is_computed_anew(self):
        memory = self.memory()
        cached = memory.cache(series, ignore=["log"])
        cached(5, self.log)
        (item,) = memory.store_backend.get_items()
        with open(os.path.join(item.path, "output.pkl"), "wb") as file:
            file.write(b"\x80\x04damaged")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self.assertEqual(cached(5, self.log).tolist(), series(5).tolist())
        self.assertEqual(self.calls(), 2)

    def test_keys_stay_in_the_store(self):
        backend = self.memory().store_backend
        with self.assertRaises(larder.UsageError):
            backend._open_item(os.path.join(backend.location, "..", "outside"), "wb")
        with self.assertRaises(larder.UsageError):
            backend.contains_item(["../outside"])

    def test_in_parallel(self):
        for backend in ("loky", "threading"):
            memory = self.memory()
            memory.clear(warn=False)
            cached = memory.cache(series, ignore=["log"])
            cached(1, self.log)
            before = self.calls()
            results = joblib.Parallel(n_jobs=2, backend=backend)(joblib.delayed(cached)(size % 4 + 1, self.log) for size in range(24))
            self.assertEqual([len(result) for result in results], [size % 4 + 1 for size in range(24)])
            self.assertGreaterEqual(self.calls() - before, 3)
            self.assertLessEqual(self.calls() - before, 6)  # two at once may both compute

    def test_pickled(self):
        cached = pickle.loads(pickle.dumps(self.memory(compress="zstd").cache(series)))
        self.assertEqual((cached(3).tolist(), cached.store_backend.compress), ([0, 1, 2], "zstd"))

    def test_a_directory_that_was_removed_is_made_anew(self):
        import shutil

        cached = self.memory().cache(series)
        cached(1)
        shutil.rmtree(self.path)
        cached(2)
        self.assertEqual(len(cached.store_backend.get_items()), 1)


@unittest.skipUnless(ENDPOINT, "LARDER_S3_ENDPOINT names no server")
class OnS3(Folder):
    def memory(self, **options):
        os.makedirs(os.path.join(os.environ["LARDER_S3_DATA"], "larder-memory"), exist_ok=True)  # a bucket
        settings = {"endpoint": ENDPOINT, "region": "us-east-1", **options.pop("backend_options", {})}
        return joblib.Memory("s3://larder-memory/cache", backend="larder", verbose=0, backend_options=settings, **options)

    def tearDown(self):
        self.memory().clear(warn=False)
        super().tearDown()

    def test_computes_once(self):
        for compress in (False, "zstd"):
            cached = self.memory(compress=compress).cache(series, ignore=["log"])
            cached.clear(warn=False)
            before = self.calls()
            self.assertEqual(cached(1000, self.log).tolist(), cached(1000, self.log).tolist())
            self.assertEqual(self.calls(), before + 1)

    def test_limits(self):
        memory = self.memory(backend_options={"items_limit": 2})
        cached = memory.cache(series)
        for size in range(1, 5):
            cached(size)
        self.assertLessEqual(len(memory.store_backend.get_items()), 2)

    def test_in_parallel(self):
        for backend in ("loky", "threading"):
            cached = self.memory().cache(series)
            results = joblib.Parallel(n_jobs=2, backend=backend)(joblib.delayed(cached)(size % 4) for size in range(12))
            self.assertEqual([len(result) for result in results], [size % 4 for size in range(12)])

    def test_mapping_needs_a_directory(self):
        with self.assertWarnsRegex(UserWarning, "needs a directory"):
            cached = self.memory(mmap_mode="r").cache(series)
        self.assertEqual(cached(3).tolist(), [0, 1, 2])


if __name__ == "__main__":
    unittest.main()
