#!/usr/bin/python3
"""larder.Store: the mapping, its file objects, dump and load in it, eviction, and what happens between processes."""

import datetime
import io
import multiprocessing
import os
import pickle
import tempfile
import threading
import unittest

import numpy

import larder


def put_from_a_process(store, numbers):
    for number in numbers:
        store[f"from/{number}"] = bytes([number]) * number


class Directory(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="larder store %41 ")
        self.store = self.opened()

    def tearDown(self):
        self.folder.cleanup()

    def opened(self, **settings):
        return larder.Store(self.folder.name, sync="none", checksums=False, **settings)


class Mapping(Directory):
    def test_as_a_dict(self):
        store, model = self.store, {}
        for key, value in {"a/b": b"one", "c": b"", "a/d": bytes(100_000)}.items():
            store[key] = model[key] = value
        store["c"] = model["c"] = bytearray(b"anew")
        self.assertEqual(dict(store), model)
        self.assertEqual((len(store), sorted(store), type(store["c"])), (3, sorted(model), bytes))
        self.assertEqual((store.get("a/b"), store.get("none"), store.get("none", b"x")), (b"one", None, b"x"))
        self.assertEqual(store.pop("c"), model.pop("c"))
        self.assertNotIn("c", store)
        self.assertNotIn("a", store)
        del store["a/b"]
        for act in (lambda: store["a/b"], lambda: store.__delitem__("a/b"), lambda: store.load("a/b"), lambda: store.open("a/b")):
            with self.assertRaises(KeyError) as caught:
                act()
            self.assertIsInstance(caught.exception, larder.NotFoundError)
            self.assertIn("a/b", str(caught.exception))
        store.clear()
        self.assertEqual(list(store), [])

    def test_keys_that_are_none(self):
        for key in ("", "/a", "a//b", "../a", ".larder/x", "a" * 300):
            for act in (lambda: self.store.put(key, b"x"), lambda: self.store.get(key), lambda: self.store.open(key, "wb")):
                with self.assertRaises(larder.UsageError):
                    act()
        with self.assertRaises(TypeError):
            self.store[1] = b"x"
        self.assertNotIn(1, self.store)

    def test_parts_of_a_value(self):
        self.store["a"] = b"0123456789"
        self.assertEqual(self.store.get("a", offset=3, size=4), b"3456")
        self.assertEqual(self.store.get("a", offset=8), b"89")
        self.assertEqual(self.store.get("a", size=0), b"")
        with self.assertRaises(larder.UsageError):
            self.store.get("a", offset=11)

    def test_anything_with_a_buffer(self):
        for value in (b"abc", bytearray(b"abc"), memoryview(b"abc"), numpy.frombuffer(b"abc", numpy.uint8)):
            self.store["a"] = value
            self.assertEqual(self.store["a"], b"abc")
        self.store["a"] = numpy.arange(4, dtype="<i4")
        self.assertEqual(self.store["a"], numpy.arange(4, dtype="<i4").tobytes())
        with self.assertRaises(TypeError):
            self.store["a"] = "text"

    def test_what_is_known(self):
        self.assertIsNone(self.store.stat("a"))
        first = self.store.put("a", b"abc")
        known = self.store.stat("a")
        self.assertEqual((known.size, known.etag), (3, first.etag))
        self.assertLess(abs(known.modified - datetime.datetime.now().timestamp()), 3600)
        self.assertNotEqual(self.store.put("a", b"abc").etag, first.etag)
        self.assertEqual({key: stat.size for key, stat in self.store.list(details=True)}, {"a": 3})

    def test_conditions(self):
        first = self.store.put("a", b"1", if_absent=True)
        self.assertIsNone(self.store.put("a", b"2", if_absent=True))
        second = self.store.put("a", b"3", if_match=first.etag)
        self.assertIsNone(self.store.put("a", b"4", if_match=first.etag))
        self.assertEqual((self.store["a"], self.store.stat("a").etag), (b"3", second.etag))

    def test_list_move_touch(self):
        for number in range(2500):
            self.store[f"many/{number}"] = b""
        self.store["m"] = b"x"
        self.assertEqual(sorted(self.store.list("many/1")), sorted(f"many/{number}" for number in range(2500) if str(number)[0] == "1"))
        self.assertTrue(self.store.move("m", "n/o"))
        self.assertFalse(self.store.move("m", "p"))
        self.assertEqual(self.store["n/o"], b"x")
        self.assertEqual((self.store.touch("n/o"), self.store.touch("m")), (True, False))
        self.store.clear("many/")
        self.assertEqual(list(self.store), ["n/o"])

    def test_metadata_in_memory(self):
        store = larder.Store("memory:")
        store.put("a", b"1", metadata={"source": "wine.csv"}, cost=2.5)
        self.assertEqual((store.stat("a").metadata, store.stat("a").cost), ({"source": "wine.csv"}, 2.5))
        self.assertEqual(store.get("a", verify=True), b"1")
        with self.assertRaises(larder.UsageError):
            store.path("a")
        with self.assertRaises(pickle.PicklingError):
            pickle.dumps(store)

    def test_settings(self):
        with self.assertRaisesRegex(larder.UsageError, "no setting"):
            larder.Store(self.folder.name, colour="red")
        with self.assertRaises(larder.NotFoundError):
            larder.Store(os.path.join(self.folder.name, "none"), create=False)
        self.assertEqual(repr(self.store), f"Store({self.folder.name!r})")


class Files(Directory):
    def test_read(self):
        content = b"first line\nsecond\n" + bytes(range(256)) * 1000
        self.store["a"] = content
        plain = io.BytesIO(content)
        with self.store.open("a") as file:
            self.assertIsInstance(file, io.BufferedIOBase)
            for act in (
                lambda f: f.readline(), lambda f: f.read(3), lambda f: f.tell(), lambda f: f.seek(-10, 2), lambda f: f.read(), lambda f: f.read(5),
                lambda f: f.seek(5), lambda f: f.seek(7, 1), lambda f: f.readline(), lambda f: f.readinto(bytearray(10)), lambda f: f.tell(),
                lambda f: f.read(None), lambda f: f.seek(0), lambda f: [*f][:3], lambda f: f.seekable(), lambda f: f.readable(),
            ):
                self.assertEqual(act(file), act(plain))
            with self.assertRaises(ValueError):
                file.seek(-1)
            with self.assertRaises(io.UnsupportedOperation):
                file.write(b"x")
        for act in (file.read, lambda: file.readinto(bytearray(1)), file.peek, file.tell):
            with self.assertRaises(ValueError):
                act()
        with io.TextIOWrapper(self.store.open("a"), encoding="latin-1") as text:
            self.assertEqual(text.readline(), "first line\n")

    def test_keeps_the_value_that_it_opened(self):
        self.store["a"] = bytes(1_000_000)
        with self.store.open("a") as file:
            self.store["a"] = b"new"
            self.assertEqual(file.read(), bytes(1_000_000))

    def test_write(self):
        with self.store.open("a", "wb") as file:
            self.assertEqual(file.write(b"abc"), 3)
            self.assertEqual(file.tell(), 3)
            file.write(memoryview(bytes(100_000)))
            self.assertNotIn("a", self.store)
        self.assertEqual(self.store["a"], b"abc" + bytes(100_000))
        self.assertTrue(file.closed)
        with self.assertRaises(ValueError):
            file.write(b"x")
        file.close()

    def test_what_is_not_finished_leaves_nothing(self):
        with self.assertRaises(ZeroDivisionError):
            with self.store.open("a", "wb") as file:
                file.write(b"abc")
                raise ZeroDivisionError
        dropped = self.store.open("a", "wb")
        dropped.write(b"abc")
        del dropped
        with self.assertRaises(larder.ConflictError):
            with self.store.open("a", "wb", if_absent=True) as file:
                self.store["a"] = b"first"
        self.assertEqual(dict(self.store), {"a": b"first"})

    def test_by_many_threads(self):
        self.store["a"] = bytes(range(256)) * 4000
        got = []
        with self.store.open("a") as file:
            threads = [threading.Thread(target=lambda: got.extend(iter(lambda: file.read(1000), b""))) for _ in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual(sorted(b"".join(got)), sorted(self.store["a"]))


class Objects(Directory):
    def test_dump_and_load(self):
        value = {"weights": numpy.arange(1000.0), "names": ["a", "b"]}
        for store in (self.store, larder.Store("memory:")):
            for key, compress in {"plain": 0, "by/extension.zst": 0, "named": "zlib", "levelled": ("xz", 1)}.items():
                self.assertIsNone(store.dump(value, key, compress=compress))
                loaded = store.load(key)
                self.assertEqual((loaded["weights"].tolist(), loaded["names"]), (value["weights"].tolist(), value["names"]))
                self.assertEqual(larder.load(store.open(key))["names"], value["names"])
            self.assertLess(store.stat("by/extension.zst").size, store.stat("plain").size)
            self.assertEqual(store.load("plain", trust=False)["names"], value["names"])

    def test_several_objects_in_one_value(self):
        with self.store.open("a", "wb") as file:
            for number in range(3):
                larder.dump(numpy.full(5, number), file)
            larder.dump("last", file, compress="gzip")
        with self.store.open("a") as file:
            self.assertEqual([int(larder.load(file)[0]) for _ in range(3)], [0, 1, 2])
            self.assertEqual(larder.load(file), "last")

    def test_what_cannot_be_dumped_leaves_the_value(self):
        self.store.dump("old", "a")
        with self.assertRaises((pickle.PicklingError, AttributeError)):
            self.store.dump(lambda: None, "a")
        self.assertEqual(self.store.load("a"), "old")

    def test_mapped(self):
        self.store.dump([numpy.arange(100.0)], "a")
        for mode in ("r", "c"):
            (array,) = self.store.load("a", mmap_mode=mode)
            self.assertEqual((type(array), array.filename, array.mode), (numpy.memmap, self.store.path("a"), mode))
        self.store["a"] = b"replaced"
        self.assertEqual(array.tolist(), numpy.arange(100.0).tolist())
        with self.assertRaises(larder.UsageError):
            self.store.load("a", mmap_mode="r+")
        with self.assertRaises(KeyError):
            self.store.load("b", mmap_mode="r")
        memory = larder.Store("memory:")
        memory.dump([numpy.arange(100.0)], "a")
        with self.assertWarnsRegex(UserWarning, "is not a raw file"):
            self.assertIs(type(memory.load("a", mmap_mode="r")[0]), numpy.ndarray)


class Evicted(Directory):
    def test_once(self):
        for number in range(4):
            self.store[f"v{number}"] = bytes(1000)
        self.store.touch("v0")
        self.assertEqual(self.store.evict(bytes="2K"), [("v1", 1000, "bytes"), ("v2", 1000, "bytes")])
        self.assertEqual(self.store.evict(bytes=2000, items=5, age="1d"), [])
        self.assertEqual([name for name, _, _ in self.store.evict(items=1)], ["v3"])
        self.assertEqual([reason for _, _, reason in self.store.evict(age=datetime.timedelta(0))], ["age"])
        with self.assertRaises(larder.UsageError):
            self.store.evict(bytes="2 cups")

    def test_by_each_put(self):
        store = self.opened(items=2)
        for number in range(5):
            store[f"v{number}"] = bytes(10)
        self.assertEqual(sorted(store), ["v3", "v4"])


class Processes(Directory):
    def test_pickled(self):
        os.chdir(self.folder.name)
        store = larder.Store("below", sync="none", checksums=False)
        store["a"] = b"x"
        os.chdir("/")
        again = pickle.loads(pickle.dumps(store))
        self.assertEqual((again["a"], again, hash(again)), (b"x", store, hash(store)))
        self.assertNotEqual(again, self.store)

    def test_at_once(self):
        for method in ("fork", "spawn"):
            context = multiprocessing.get_context(method)
            processes = [context.Process(target=put_from_a_process, args=(self.store, range(part, 60, 3))) for part in range(3)]
            for process in processes:
                process.start()
            for process in processes:
                process.join()
            self.assertEqual(dict(self.store), {f"from/{number}": bytes([number]) * number for number in range(60)})
            self.store.clear()


if __name__ == "__main__":
    unittest.main()
