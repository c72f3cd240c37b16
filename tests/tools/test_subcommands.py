"""What each subcommand does: output, JSON, exit status, one-line errors, standard input and output."""

import collections
import datetime
import gzip
import io
import json
import lzma
import os
import pickle
import pickletools
import subprocess

import joblib
import numpy

from command import CommandTest, main


class Thing:
    """Pickled under the name __main__.Thing."""

    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class Slotted:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left = left
        self.right = right


def npy(array):
    out = io.BytesIO()
    numpy.save(out, array)
    return out.getvalue()


def joblib_bytes(value, **options):
    out = io.BytesIO()
    joblib.dump(value, out, **options)
    return out.getvalue()


class Ls(CommandTest):
    def describe(self, *arguments, **options):
        return json.loads(self.text("ls", "-j", *arguments, **options))

    def node(self, path, *arguments):
        (file,) = self.describe(*arguments)
        (found,) = [node for node in file["objects"][0]["values"] if node.get("path") == path]
        return found

    def test_shows_storage_and_tree(self):
        value = {"x": numpy.zeros((3, 2), numpy.float32), "name": "a b", "sizes": (1, 2), "deep": {"y": [None, {"z": 1.5}]}}
        joblib.dump(value, "a.joblib", compress=("gzip", 3))
        text = self.text("ls", "a.joblib")
        first, rest = text.split("\n", 1)
        self.assertRegex(first, r"\Aa\.joblib: joblib, pickle protocol 4, gzip, [\d.]+ (B|KiB) \(the file has \d+ B\)\Z")
        self.assertEqual(
            rest,
            "  dict, 4 items\n"
            "    x: float32 (3, 2), 24 B\n"
            "    name: 'a b'\n"
            "    sizes: (1, 2)\n"
            "    deep: dict, 1 item\n"
            "      y: list, 2 items\n"
            "        [0]: None\n"
            "        [1]: dict, 1 item\n"
            "          z: 1.5\n"
            "  written with joblib >= 1.2\n",
        )

    def test_json_of_an_array(self):
        numpy.save("a.npy", numpy.asfortranarray(numpy.zeros((30, 2), ">i4")))
        (file,) = self.describe("a.npy")
        self.assertEqual((file["file"], file["bytes"]), ("a.npy", os.path.getsize("a.npy")))
        (found,) = file["objects"]
        self.assertEqual((found["format"], found["codec"], found["protocol"], found["imports"]), ("npy", None, None, []))
        self.assertEqual(found["decoded_bytes"], os.path.getsize("a.npy"))
        (node,) = found["values"]
        self.assertEqual(numpy.dtype(node["dtype"]), numpy.dtype(">i4"))
        self.assertEqual((node["path"], node["kind"], node["shape"], node["order"], node["bytes"]), ("", "array", [30, 2], "F", 240))

    def test_tells_what_can_be_mapped(self):
        array = numpy.arange(1000.0)
        numpy.save("a.npy", array)
        joblib.dump({"a": array}, "a.joblib")
        joblib.dump({"a": array}, "packed.joblib", compress=3)
        self.assertTrue(self.node("", "a.npy")["mappable"])
        self.assertTrue(self.node("a", "a.joblib")["mappable"])
        self.assertFalse(self.node("a", "packed.joblib")["mappable"])
        self.assertIn("float64 (1000,), 7.8 KiB, mappable\n", self.text("ls", "a.npy"))

    def test_does_not_read_what_it_can_map(self):
        with open("huge.npy", "wb") as file:
            numpy.lib.format.write_array_header_1_0(file, {"descr": "<f8", "fortran_order": False, "shape": (2**33,)})
            file.truncate(file.tell() + 2**36)  # sparse: 64 GiB
        self.assertIn("64.0 GiB, mappable", self.text("ls", "--max-bytes", "1M", "huge.npy"))

    def test_every_path_can_be_got(self):
        value = {
            "plain": [1, (2, [3])],
            "a key": 4,
            "dot.ted": {"": 5},
            'quo"ted': 6,
            7: {-8: 9},
            "thing": Thing(left=[10], right=Thing(x=11)),
        }
        pickle.dump(value, open("a.pkl", "wb"))
        (file,) = self.describe("--all", "a.pkl")
        leaves = {node["path"]: node["value"] for node in file["objects"][0]["values"] if node["kind"] == "int"}
        self.assertEqual(sorted(leaves.values()), [1, 2, 3, 4, 5, 6, 9, 10, 11])
        for path, leaf in leaves.items():
            self.assertEqual(json.loads(self.text("get", "a.pkl", path)), leaf, path)

    def test_numbers_are_written_as_in_python(self):
        numbers = [0.1, 1e-4, 1e-05, 1.5e16, 123456789.0, -0.0, float("nan"), float("-inf"), 2**64, 1 + 2j, numpy.float64(1)]
        for number in numbers[:-2]:
            pickle.dump([number, "x" * 50], open("a.pkl", "wb"))
            self.assertIn(f"[0]: {number!r}\n", self.text("ls", "a.pkl"))
        pickle.dump({"c": numbers[-2], "n": numbers[-1]}, open("a.pkl", "wb"))
        self.assertIn("    c: complex(1.0, 2.0)\n    n: numpy.float64(1.0)\n", self.text("ls", "a.pkl"))

    def test_numpy_scalars_show_their_value(self):
        value = {
            "big": numpy.array([2**64 - 1], ">u8")[0],
            "flag": numpy.bool_(True),
            "half": numpy.float16(0.5),
            "nan": numpy.float64("nan"),
            "text": numpy.str_("Grüße"),
            "complex": numpy.complex64(1 - 2j),
            "long": numpy.longdouble(1),
        }
        for protocol in range(6):
            self.write("a.pkl", pickle.dumps(value, protocol))
            text = self.text("ls", "a.pkl")
            for line in ["big: numpy.uint64(18446744073709551615)", "flag: numpy.bool(True)", "half: numpy.float16(0.5)",
                         "nan: numpy.float64(nan)", "text: numpy.U5('Grüße')", "complex: numpy.complex64(complex(1.0, -2.0))",
                         "long: numpy.float128"]:
                self.assertIn("    " + line + "\n", text)
            self.assertEqual(json.loads(self.text("get", "a.pkl", "half")), {"$scalar": {"dtype": "float16", "data": 0.5}})
            self.assertEqual(self.node("half", "a.pkl")["value"], {"$scalar": {"dtype": "float16", "data": 0.5}})

    def test_arrays_of_python_objects(self):
        grid = numpy.empty((2, 3), object)
        for place in numpy.ndindex(grid.shape):
            grid[place] = {"place": list(place)}
        for array in [grid, numpy.asfortranarray(grid)]:
            for name, dump in [("a.pkl", pickle.dump), ("a.joblib", joblib.dump)]:
                with open(name, "wb") as file:
                    dump({"grid": array, "one": numpy.array("x", object)}, file)
                text = self.text("ls", name)
                self.assertIn("    grid: object (2, 3)\n      [0][0]: dict, 1 item\n        place: [0, 0]\n      [0][1]: ", text)
                self.assertIn("    one: object ()\n      (element): 'x'\n", text)
                self.assertEqual(json.loads(self.text("get", name, "grid[1][2].place")), [1, 2])
                self.assertEqual(json.loads(self.text("get", name, "grid[-2][-2].place")), [0, 1])
                self.fails(1, "get", name, "grid[1]")
        self.assertEqual(self.node("grid", "a.pkl")["shape"], [2, 3])

    def test_classes_of_arrays(self):
        value = {"plain": numpy.arange(3), "matrix": numpy.matrix([[1, 2]])}
        self.write("a.pkl", pickle.dumps(value))
        text = self.text("ls", "a.pkl")
        self.assertIn("    plain: int64 (3,), 24 B\n    matrix: int64 (1, 2), 16 B, numpy.matrix\n", text)
        self.assertEqual(self.node("plain", "a.pkl")["class"], "numpy.ndarray")
        numpy.save("a.npy", numpy.arange(3))
        self.assertIsNone(self.node("", "a.npy")["class"])

    def test_attributes_in_slots_and_entries(self):
        self.write("a.pkl", pickle.dumps({"s": Slotted(1, [2]), "d": collections.defaultdict(list, {5: [6]})}))
        text = self.text("ls", "a.pkl")
        self.assertIn("    s: __main__.Slotted\n", text)
        self.assertIn("      left: 1\n      right: [2]\n", text)
        self.assertEqual(json.loads(self.text("get", "a.pkl", "s.right[0]")), 2)
        self.assertEqual(json.loads(self.text("get", "a.pkl", "d[5][0]")), 6)

    def test_long_and_deep_values_are_cut(self):
        pickle.dump({"long": list(range(100)), "deep": [[[[[[[[["end"]]]]]]]]]}, open("a.pkl", "wb"))
        text = self.text("ls", "a.pkl")
        self.assertIn("[9]: 9\n", text)
        self.assertIn("      ... 90 more\n", text)
        self.assertNotIn("[10]", text)
        self.assertNotIn("'end'", text)
        self.assertNotIn("    long:\n      [0]", self.text("ls", "--depth", "1", "a.pkl"))
        everything = self.text("ls", "--all", "a.pkl")
        self.assertIn("[99]: 99\n", everything)
        self.assertIn("'end'", everything)
        self.assertNotIn("more", everything)
        self.assertNotIn("'end'", self.text("ls", "--all", "--depth", "3", "a.pkl"))

    def test_shared_and_cyclic_values_end(self):
        cycle = [1]
        cycle.append(cycle)
        shared = {"a": 1}
        pickle.dump([cycle, shared, shared], open("a.pkl", "wb"))
        text = self.text("ls", "--all", "a.pkl")
        self.assertEqual(text.count("as above"), 2, text)
        self.assertEqual(text.count("a: 1\n"), 1, text)

    def test_deep_nesting_is_no_problem(self):
        deep = b"\x80\x04" + b"]" * 100_000 + b"a" * 99_999 + b"."
        self.write("deep.pkl", deep)
        self.assertIn("... 1 more", self.text("ls", "--all", "deep.pkl"))
        self.assertEqual(len(self.text("ls", "--all", "deep.pkl").splitlines()), 1003)

    def test_lists_imports(self):
        pickle.dump([Thing(), os.system, collections.OrderedDict()], open("a.pkl", "wb"))
        text = self.text("ls", "a.pkl")
        self.assertIn("  Python would import 3 names:\n    __main__.Thing\n    posix.system\n    collections.OrderedDict\n", text)
        self.assertEqual(self.describe("a.pkl")[0]["objects"][0]["imports"], ["__main__.Thing", "posix.system", "collections.OrderedDict"])

    def test_hostile_text_cannot_steer_the_terminal(self):
        pickle.dump({"\x1b[31m": "\x1b]0;x\x07\u009b31m", "a\nb": 1}, open("a\nb.pkl", "wb"))
        text = self.text("ls", "a\nb.pkl")
        self.assertNotIn("\x1b", text)
        self.assertNotIn("\u009b", text)
        self.assertEqual(len(text.splitlines()), 4, text)

    def test_several_objects_and_files(self):
        self.write("two.joblib", joblib_bytes([1]) + joblib_bytes({"a": 2}))
        self.write("two.xz", lzma.compress(joblib_bytes([3]) + npy(numpy.arange(4))))
        text = self.text("ls", "two.joblib", "two.xz")
        for start in ["two.joblib: pickle, protocol 4", "two.joblib, object 2: pickle", "two.xz: pickle", "two.xz, object 2: npy"]:
            self.assertEqual(sum(line.startswith(start) for line in text.splitlines()), 1, text)
        self.assertEqual([len(file["objects"]) for file in self.describe("two.joblib", "two.xz")], [2, 2])

    def test_standard_input(self):
        self.assertEqual(self.text("ls", "-", data=gzip.compress(npy(numpy.arange(3)))).splitlines()[1], "  int64 (3,), 24 B")

    def test_goes_on_after_a_bad_file(self):
        numpy.save("good.npy", numpy.arange(3))
        self.write("bad.npy", npy(numpy.arange(3))[:-1])
        text = self.run_larder("ls", "bad.npy", "missing.npy", "good.npy", status=4).decode()
        self.assertIn("good.npy: npy", text)
        bad, missing = self.messages.splitlines()
        self.assertTrue(bad.startswith("larder: bad.npy: "), bad)
        self.assertEqual(missing, "larder: missing.npy: cannot open: No such file or directory")
        files = json.loads(self.run_larder("ls", "-j", "bad.npy", "good.npy", status=3))
        self.assertEqual(["error" in file for file in files], [True, False])

    def test_names_that_are_not_utf8(self):
        name = b"caf\xe9.npy"
        numpy.save(open(name, "wb"), numpy.arange(3))
        done = subprocess.run([self.larder, "ls", "-j", name], capture_output=True)
        self.assertEqual(os.fsencode(json.loads(done.stdout)[0]["file"]), name)


class Get(CommandTest):
    def setUp(self):
        super().setUp()
        self.array = numpy.arange(6.0).reshape(2, 3)
        self.value = {"steps": [("scale", {"mean_": self.array}), None], "n": 2**100, "text": "Grüße", "a key": True}
        joblib.dump(self.value, "a.joblib", compress=3)

    def test_json(self):
        for path, expected in [("n", 2**100), ("text", "Grüße"), ('["a key"]', True), ("steps[1]", None), ("steps[0][0]", "scale")]:
            self.assertEqual(json.loads(self.text("get", "a.joblib", path)), expected, path)
        self.assertEqual(list(json.loads(self.text("get", "a.joblib", ""))), list(self.value))

    def test_arrays(self):
        self.run_larder("get", "a.joblib", "steps[0][1].mean_", "-o", "mean.npy")
        self.assertTrue(numpy.array_equal(numpy.load("mean.npy"), self.array))
        self.assertEqual(self.run_larder("get", "a.joblib", "steps[0][1].mean_", "-o", "-"), npy(self.array))
        self.run_larder("get", "a.joblib", "steps[0][1].mean_", "--output", "no-extension")
        self.assertEqual(self.read("no-extension"), npy(self.array))
        self.assertIn("float64", self.text("get", "a.joblib", "steps[0][1].mean_"))

    def test_other_values_to_files(self):
        self.run_larder("get", "a.joblib", "steps", "-o", "steps.joblib")
        loaded = joblib.load("steps.joblib")
        self.assertTrue(numpy.array_equal(loaded[0][1]["mean_"], self.array))
        self.run_larder("get", "a.joblib", "text", "-o", "text.json")
        self.assertEqual(json.loads(self.read("text.json")), "Grüße")
        self.assertEqual(json.loads(self.text("get", "a.joblib", "text", "-o", "-")), "Grüße")
        self.run_larder("get", "a.joblib", "text", "-o", "text.json.gz")
        self.assertEqual(json.loads(gzip.decompress(self.read("text.json.gz"))), "Grüße")

    def test_extensions_compress(self):
        self.run_larder("get", "a.joblib", "steps[0][1].mean_", "-o", "mean.npy.gz")
        self.assertEqual(gzip.decompress(self.read("mean.npy.gz")), npy(self.array))

    def test_a_path_that_leads_nowhere(self):
        line = self.fails(1, "get", "a.joblib", "steps[0][1].var_")
        self.assertTrue(line.startswith("larder: a.joblib: there is no 'steps[0][1].var_': 'steps[0][1]' is dict, 1 item, with mean_"), line)
        self.assertIn("with steps, n, text", self.fails(1, "get", "a.joblib", "nothing"))
        self.assertIn("is None", self.fails(1, "get", "a.joblib", "steps[1].x"))

    def test_no_path_at_all(self):
        for path in ["steps[", "a..b", ".a", "steps[x]"]:
            self.fails(2, "get", "a.joblib", path)

    def test_a_format_that_cannot_hold_the_value(self):
        self.assertIn("larder: text.npy: ", self.fails(2, "get", "a.joblib", "text", "-o", "text.npy"))
        self.assertFalse(os.path.exists("text.npy"))


class Convert(CommandTest):
    def setUp(self):
        super().setUp()
        numpy.save("a.npy", numpy.arange(1000))

    def test_says_nothing_unless_asked(self):
        self.assertEqual(self.run_larder("convert", "a.npy", "b.joblib"), b"")
        done = subprocess.run([self.larder, "convert", "-v", "-c", "zstd:19", "a.npy", "b.joblib"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertRegex(
            done.stderr, r"\Aa\.npy -> b\.joblib: 1 object, joblib, zstd:19, 7\.9 KiB -> [\d.]+ (B|KiB), ratio [\d.]+, \d+\.\d\d s\n\Z"
        )

    def test_compression_by_extension_and_by_argument(self):
        magics = {"gz": b"\x1f\x8b", "xz": b"\xfd7zXZ", "bz2": b"BZh", "z": b"\x78", "lzma": b"\x5d", "lz4": b"\x04\x22\x4d\x18", "zst": b"\x28\xb5\x2f\xfd"}
        for extension, magic in magics.items():
            self.run_larder("convert", "a.npy", "b.joblib." + extension)
            self.assertTrue(self.read("b.joblib." + extension).startswith(magic), extension)
        self.run_larder("convert", "-c", "none", "a.npy", "b.joblib.gz")
        self.assertEqual(self.read("b.joblib.gz")[:2], b"\x80\x04")
        self.run_larder("convert", "-c", "bz2", "a.npy", "b.joblib.gz")
        self.assertEqual(self.read("b.joblib.gz")[:3], b"BZh")
        self.run_larder("convert", "-c", "3", "a.npy", "b.joblib")
        self.assertEqual(self.read("b.joblib")[:2], b"\x78\x5e")

    def test_auto_says_what_it_chose(self):
        for how, magic in [("auto", b"\x28\xb5\x2f\xfd"), ("auto:joblib", b"\x04\x22\x4d\x18"), ("auto:smallest", b"\xfd7zXZ")]:
            done = subprocess.run([self.larder, "convert", "-c", how, "a.npy", "b.joblib"], capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stdout), (0, ""))
            self.assertRegex(done.stderr, r"\Ab\.joblib: auto chose \w+:\d \(too little content to try others on\)\n\Z")
            self.assertTrue(self.read("b.joblib").startswith(magic), how)
            self.assertEqual(self.run_larder("convert", "-q", "-c", how, "a.npy", "c.joblib"), b"")
        self.run_larder("convert", "-q", "-c", "auto:joblib", "--meta", "a=b", "a.npy", "b.joblib.gz")
        self.assertEqual(self.read("b.joblib.gz")[:2], b"\x1f\x8b")
        self.assertIn(b'"chosen_compression": "gzip:', gzip.decompress(self.read("b.joblib.gz")))

    def test_wrong_arguments_touch_nothing(self):
        self.write("b.joblib", b"old")
        for arguments in [["-c", "zippo"], ["-c", "zstd:99"], ["-c", "auto:fast"], ["-c", "11"], ["--format", "nonsense"], ["--protocol", "9"], ["--protocol", "-2"],
                          ["--align", "24"], ["--align", "8"], ["--format", "pickle", "--align", "64"], ["--format", "pickle", "--share-arrays"]]:
            self.assertIn("larder: b.joblib: ", self.fails(2, "convert", *arguments, "a.npy", "b.joblib"))
        self.assertEqual(sorted(os.listdir(".")), ["a.npy", "b.joblib"])
        self.assertEqual(self.read("b.joblib"), b"old")

    def test_highest_protocol(self):
        self.run_larder("convert", "--protocol", "-1", "a.npy", "b.joblib")
        self.assertEqual(self.read("b.joblib")[:2], b"\x80\x05")

    def test_every_protocol(self):
        with open("a.pkl", "wb") as file:
            pickle.dump({"a": numpy.arange(5), "b": "Grüße"}, file)
        for protocol in range(6):
            self.run_larder("convert", "--protocol", str(protocol), "a.pkl", "b.pkl")
            with open("b.pkl", "rb") as file:
                loaded = pickle.load(file)
            self.assertEqual((list(loaded["a"]), loaded["b"]), ([0, 1, 2, 3, 4], "Grüße"))
            used = [opcode.proto for opcode, _, _ in pickletools.genops(self.read("b.pkl"))]
            self.assertLessEqual(max(used), protocol)
            self.assertEqual(self.read("b.pkl")[:2] == bytes([0x80, protocol]), protocol >= 2)

    def test_a_name_that_tells_nothing_keeps_the_format(self):
        joblib.dump([numpy.arange(3)], "a.joblib")
        self.write("a.pkl", pickle.dumps([numpy.arange(3)], 4))
        for name in ["a.npy", "a.joblib", "a.pkl"]:
            self.assertEqual(self.run_larder("convert", name, "-"), self.read(name), name)
            self.run_larder("convert", name, "same")
            self.assertEqual(self.read("same"), self.read(name), name)
            self.run_larder("convert", name, "same.gz")
            self.assertEqual(gzip.decompress(self.read("same.gz")), self.read(name), name)
        self.run_larder("convert", "a.joblib", "b.pkl")
        self.assertEqual(self.read("b.pkl"), self.read("a.pkl"))
        self.run_larder("convert", "--format", "joblib", "a.pkl", "b.pkl")
        self.assertIn("b.pkl: joblib", self.text("ls", "b.pkl"))
        self.assertEqual(list(joblib.load("b.pkl")[0]), [0, 1, 2])

    def test_strings_of_python_2(self):
        self.write("old.pkl", b"}U\x01aU\x02h\xe9s.")
        self.fails(3, "ls", "old.pkl")
        self.fails(3, "convert", "old.pkl", "new.pkl")
        for how, expected in [("latin1", {"a": "hé"}), ("bytes", {b"a": b"h\xe9"})]:
            self.run_larder("convert", "--python2-strings", how, "old.pkl", "new.pkl")
            self.assertEqual(pickle.loads(self.read("new.pkl")), expected)
        self.assertIn("a: 'hé'", self.text("ls", "--python2-strings", "latin1", "old.pkl"))
        self.assertEqual(json.loads(self.text("get", "--python2-strings", "latin1", "old.pkl", "a")), "hé")
        self.assertIn("ok, data only", self.text("check", "old.pkl"))
        self.fails(3, "check", "--python2-strings", "ascii", "old.pkl")

    def test_shared_arrays(self):
        array = numpy.arange(1000)
        with open("a.pkl", "wb") as file:
            pickle.dump([array, array], file)
        self.run_larder("convert", "a.pkl", "twice.joblib")
        self.run_larder("convert", "--share-arrays", "a.pkl", "once.joblib")
        self.assertLess(os.path.getsize("once.joblib"), os.path.getsize("twice.joblib") - 7000)
        first, second = joblib.load("once.joblib")
        self.assertIs(first, second)
        self.assertTrue(numpy.array_equal(first, array))

    def test_alignment(self):
        joblib.dump({"a": numpy.arange(1000.0)}, "a.joblib")
        self.run_larder("convert", "--align", "4096", "a.joblib", "b.joblib")
        mapped = joblib.load("b.joblib", mmap_mode="r")["a"]
        self.assertEqual(mapped.offset % 4096, 0)
        self.assertTrue(numpy.array_equal(mapped, numpy.arange(1000.0)))

    def test_onto_itself(self):
        before = self.read("a.npy")
        self.run_larder("convert", "--sync", "none", "-c", "gzip", "a.npy", "a.npy")
        self.assertEqual(gzip.decompress(self.read("a.npy")), before)

    def test_a_value_that_the_format_cannot_hold(self):
        joblib.dump({"a": 1}, "dict.joblib")
        self.write("b.npy", b"old")
        self.fails(2, "convert", "dict.joblib", "b.npy")
        self.assertEqual(self.read("b.npy"), b"old")

    def test_several_objects(self):
        self.write("two.joblib", joblib_bytes([1], compress=3) + joblib_bytes({"a": numpy.arange(5)}, compress=3))
        self.run_larder("convert", "two.joblib", "plain.joblib")
        with open("plain.joblib", "rb") as file:
            self.assertEqual(pickle.load(file), [1])
        self.assertIn("2 objects", self.text("check", "plain.joblib"))

    def test_bad_input_leaves_the_target(self):
        self.write("b.joblib", b"old")
        self.write("cut.npy", self.read("a.npy")[:-1])
        self.write("trailing.npy", self.read("a.npy") + b"rubbish")
        self.assertIn("larder: cut.npy: ", self.fails(3, "convert", "cut.npy", "b.joblib"))
        self.assertIn("larder: trailing.npy: ", self.fails(3, "convert", "trailing.npy", "b.joblib"))
        self.assertEqual(self.read("b.joblib"), b"old")
        self.assertEqual(len(os.listdir(".")), 4)

    def test_system_errors(self):
        self.assertEqual(self.fails(4, "convert", "missing", "b.joblib"), "larder: missing: cannot open: No such file or directory\n")
        self.assertIn("larder: no/where.joblib: ", self.fails(4, "convert", "a.npy", "no/where.joblib"))

    def test_budget(self):
        numpy.save("zeros.npy", numpy.zeros(1_000_000))
        self.run_larder("convert", "zeros.npy", "zeros.joblib.gz")
        self.assertLess(os.path.getsize("zeros.joblib.gz"), 100_000)
        self.fails(3, "convert", "--max-bytes", "1M", "zeros.joblib.gz", "b.joblib")
        self.run_larder("convert", "--max-bytes", "64M", "zeros.joblib.gz", "b.joblib")


class Check(CommandTest):
    def test_one_line_a_file(self):
        joblib.dump({"a": numpy.arange(3)}, "a.joblib", compress=("gzip", 3))
        numpy.save("b.npy", numpy.arange(3))
        first, second = self.text("check", "a.joblib", "b.npy").splitlines()
        self.assertRegex(first, r"\Aa\.joblib: ok, data only, 1 object, joblib, gzip \(checksummed\), \d+ B\Z")
        self.assertRegex(second, r"\Ab\.npy: ok, data only, 1 object, npy, not compressed \(no checksum.*\), 152 B\Z")

    def checksummed(self, name):
        (found,) = json.loads(self.text("check", "-j", name))
        return found["checksummed"]

    def test_tells_where_nothing_was_verified(self):
        plain = self.write("a.npy", npy(numpy.arange(100)))
        for arguments, expected in [
            (["xz", "--check=crc64"], True),
            (["xz", "--check=none"], False),
            (["xz", "--format=lzma"], False),
            (["zstd"], True),
            (["zstd", "--no-check"], False),
            (["lz4"], True),
            (["lz4", "--no-frame-crc"], False),
            (["gzip"], True),
            (["bzip2"], True),
        ]:
            packed = subprocess.run([*arguments, "-c"], input=self.read(plain), capture_output=True, check=True).stdout
            self.assertEqual(self.checksummed(self.write("packed", packed)), expected, arguments)

    def test_damage(self):
        good = joblib_bytes({"a": numpy.arange(1000)}, compress=("gzip", 3))
        self.write("cut", good[:-3])
        self.write("flipped", good[:-6] + bytes([good[-6] ^ 1]) + good[-5:])
        self.write("trailing", good + b"rubbish")
        self.write("empty", b"")
        self.write("text", b"no such format\n")
        for name in ["cut", "flipped", "trailing", "empty", "text"]:
            self.assertTrue(self.fails(3, "check", name).startswith(f"larder: {name}: "))
        found = json.loads(self.run_larder("check", "-j", "flipped", "cut", status=3))
        self.assertEqual([entry["ok"] for entry in found], [False, False])
        self.assertEqual([entry["kind"] for entry in found], ["checksum", "truncated"])
        self.fails(4, "check", "missing")

    def test_trailing_data_of_plain_files(self):
        self.write("a.npy", npy(numpy.arange(3)) + b"\x00")
        self.assertIn("object 2", self.fails(3, "check", "a.npy"))

    def test_plain(self):
        plain = {"list": [1, (2,), {3}], "o": collections.OrderedDict(a=1), "s": numpy.float64(1), "r": range(3), "a": numpy.arange(3)}
        joblib.dump(plain, "plain.joblib")
        self.assertIn("plain.joblib: ok", self.text("check", "--plain", "plain.joblib"))
        self.write("date.pkl", pickle.dumps([datetime.date(2024, 1, 1)]))
        self.assertIn("date.pkl: ok, known libraries only", self.text("check", "date.pkl"))
        self.assertIn("Python would import datetime.date", self.fails(1, "check", "--plain", "date.pkl"))
        (found,) = json.loads(self.run_larder("check", "-j", "--plain", "date.pkl", status=1))
        self.assertEqual((found["ok"], found["plain"], found["verdict"], found["imports"]),
                         (False, False, "known_libraries", ["datetime.date"]))

    def test_dangerous_files(self):
        for value, name in [(Thing(a=1), "__main__.Thing"), (os.system, "posix.system"), (eval, "builtins.eval"), (numpy.load, "numpy.load")]:
            self.write("code.pkl", pickle.dumps([value]))
            line = self.fails(1, "check", "code.pkl")
            self.assertIn(f"larder: code.pkl: dangerous: imports {name} at byte ", line)
            (found,) = json.loads(self.run_larder("check", "-j", "code.pkl", status=1))
            self.assertEqual((found["ok"], found["plain"], found["verdict"]), (False, False, "dangerous"))
            self.assertEqual(found["findings"][0]["name"], name)

    def test_each_finding(self):
        code = b"cos\nsystem\n(S'id'\ntR."
        self.write("code.pkl", gzip.compress(b"N.") + gzip.compress(code))
        output = self.text("check", "-v", "code.pkl", status=1)
        self.assertIn("  dangerous: object 2 imports os.system at byte 2: starts programs (rule harmful)\n", output)
        self.assertIn("  dangerous: object 2 calls os.system at byte 21: starts programs (rule harmful) {\"$tuple\": [\"id\"]}\n", output)
        (found,) = json.loads(self.run_larder("check", "-j", "code.pkl", status=1))
        self.assertEqual(found["counts"], {"imports": 1, "calls": 1, "states": 0, "persistent_ids": 0, "dangerous": 2, "omitted": 0})

    def test_what_was_seen_before_the_damage(self):
        code = b"cos\nsystem\n(S'id'\ntR."
        self.write("cut.pkl", code[:-1])
        self.assertTrue(self.fails(3, "check", "cut.pkl").startswith("larder: cut.pkl: "))
        (found,) = json.loads(self.run_larder("check", "-j", "cut.pkl", status=3))
        self.assertEqual((found["verdict"], found["kind"], len(found["findings"])), ("malformed", "truncated", 2))

    def test_the_worst_status_counts(self):
        numpy.save("a.npy", numpy.arange(3))
        self.write("bad", b"rubbish")
        self.run_larder("check", "bad", "a.npy", status=3)
        self.run_larder("check", "missing", "bad", "a.npy", status=4)


class Threads(CommandTest):
    def test_the_same_bytes_for_any_number(self):
        values = numpy.arange(1_500_000).astype("<f8")
        numpy.save("a.npy", values)
        for codec in self.text("codecs", "--names").split():
            files = [f"{codec}.{threads}" for threads in (1, 2, 5)]
            for threads, name in zip((1, 2, 5), files):
                self.run_larder("convert", "-c", f"{codec}:1" if codec != "raw" else codec, "--threads", str(threads), "a.npy", name)
            contents = {open(name, "rb").read() for name in files}
            self.assertEqual(len(contents), 1, codec)
            self.run_larder("convert", "-c", "none", "--threads", "2", files[0], "back.npy")
            self.assertTrue((numpy.load("back.npy") == values).all(), codec)

    def test_what_is_no_number_of_threads(self):
        numpy.save("a.npy", numpy.zeros(3))
        self.fails(2, "ls", "--threads", "-1", "a.npy")
        self.fails(2, "ls", "--threads", "many", "a.npy")


class Catalogs(CommandTest):
    def test_codecs(self):
        codecs = json.loads(self.text("codecs", "-j"))
        names = self.text("codecs", "--names").split()
        self.assertEqual(names, [codec["name"] for codec in codecs if codec["built"]])
        self.assertLessEqual({"zlib", "gzip", "bz2", "lzma", "xz", "lz4", "zstd"}, {codec["name"] for codec in codecs})
        table = self.text("codecs").splitlines()
        self.assertEqual(len(table), len(codecs) + 1)
        for codec, line in zip(codecs, table[1:]):
            self.assertTrue(line.startswith(codec["name"] + " "), line)
        (gzip_codec,) = [codec for codec in codecs if codec["name"] == "gzip"]
        self.assertEqual((gzip_codec["extensions"], gzip_codec["magics"], gzip_codec["default_level"]), ([".gz"], ["1f8b"], 3))
        self.assertIn("MAGICS", self.text("codecs", "-v").splitlines()[0])

    def test_formats(self):
        formats = json.loads(self.text("formats", "-j"))
        self.assertEqual(self.text("formats", "--names").split(), [format["name"] for format in formats])
        for name, extension in [("npy", ".npy"), ("joblib", ".joblib")]:
            (found,) = [format for format in formats if format["name"] == name]
            self.assertIn(extension, found["extensions"])
            self.assertTrue(found["reads"] and found["writes"] and found["maps"])
        self.assertEqual(len(self.text("formats").splitlines()), len(formats) + 1)


if __name__ == "__main__":
    main()
