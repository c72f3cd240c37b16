"""joblib.Memory and larder on the same directory: each finds what the other one stored, and nothing is computed twice.

Each use of joblib is a process of its own, with the functions of the package `science` that a test writes. They count their calls
in a file: a hit leaves it as it is.
"""
import json
import os
import pathlib
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from probing import PROBE, ask, folder_for, hexed, joblib, same

USER = pathlib.Path(__file__).with_name("memory_user.py")
HAS_EXPIRY = hasattr(joblib, "expires_after")
GRIDS = '''import os

import numpy as np


def count(name):
    with open(os.environ["COUNTER"], "a") as file:
        file.write(name + "\\n")


def grid(rows, columns=3):
    """Not plain ASCII: \u00e9\u4e2d\U0001f600."""
    count("grid")
    return np.arange(rows * columns, dtype=float).reshape(rows, columns).T


def text(what):
    count("text")
    return {"what": what, "many": [what] * 100, "part": (1, 2.5, None, b"bytes")}


def arrays(size):
    count("arrays")
    return [np.full(size, 7, dtype="i2"), np.ones(size), np.array(["a", "bc"])]
'''
CALLS = [["science.grids.grid", [100]], ["science.grids.grid", [7, 2]], ["science.grids.text", ["\u00e9 / .."]],
         ["science.grids.arrays", [5000]]]


def function_of(described):
    return described["module"].replace(".", "/") + "/" + described["name"]


class Memory(unittest.TestCase):
    KNOWN = {}  # descriptions of calls, for all tests

    def setUp(self):
        self.folder = folder_for(self)
        self.counter = self.folder / "counter"
        self.counter.touch()
        self.location = self.folder / "cache"
        self.root = self.location / "joblib"  # where joblib.Memory(str(location)) keeps its files
        self.write_functions(GRIDS)

    def write_functions(self, source):
        package = self.folder / "package" / "science"
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").touch()
        (package / "grids.py").write_text(source, encoding="utf-8")

    # ------ joblib

    def environment(self):
        return {**os.environ, "PYTHONPATH": str(self.folder / "package"), "COUNTER": str(self.counter), "PYTHONUTF8": "1",
                "PYTHONDONTWRITEBYTECODE": "1"}

    def joblib(self, command, calls=None, **options):
        """What memory_user.py says of each call."""
        out = self.folder / "answers"
        words = [command, str(self.location), json.dumps(options), json.dumps(CALLS if calls is None else calls), str(out)]
        done = subprocess.run([sys.executable, "-B", str(USER), *words], env=self.environment(), capture_output=True, text=True,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(out, "rb") as file:
            return pickle.load(file)

    def described(self, calls=None):
        """Each call, as joblib identifies it, and its value; these calls are not counted."""
        asked = json.dumps(CALLS if calls is None else calls)
        if asked not in self.KNOWN:
            self.KNOWN[asked] = self.joblib("describe", calls)
            self.counter.write_text("")
        return self.KNOWN[asked]

    def counted(self):
        return self.counter.read_text().split()

    def files(self):
        """What lies in the cache, without what larder keeps for itself."""
        found = (path.relative_to(self.root) for path in self.root.rglob("*") if path.is_file())
        return sorted(str(path) for path in found if path.parts[0] != ".larder")

    # ------ larder

    def ask(self, *words):
        """The words of larder's answer, decoded; "ok" must come first."""
        answer, = ask([[words[0], *(hexed(word) for word in words[1:])]])
        self.assertEqual(answer[0], "ok", " ".join(answer))
        return [bytes.fromhex(word).decode() if word != "-" else "" for word in answer[1:]]

    def key(self, described):
        return self.ask("key", described["module"], described["name"], described["hash"])[0]

    def larder_dumps(self, described, compress="none", duration=0.25):
        """Stores the value of a call as joblib.Memory would, without joblib."""
        value, metadata = self.folder / "value.joblib", self.folder / "metadata.joblib"
        joblib.dump(described["value"], value)
        joblib.dump({"duration": duration, "input_args": described["input_args"], "time": time.time()}, metadata)
        self.ask("put_code", self.root, function_of(described), str(described["first_line"]), described["source"])
        return self.ask("dump", value, self.root, self.key(described), compress, metadata)

    def larder_loads(self, described, mode="none"):
        out = self.folder / "loaded.joblib"
        codec, mapped = self.ask("load", self.root, self.key(described), out, mode)
        return joblib.load(out), codec, mapped == "1"


class JoblibFindsWhatLarderStored(Memory):
    def store_all(self):
        described = self.described()
        for each in described:
            keys = self.larder_dumps(each)
            directory = f"{function_of(each)}/{each['hash']}"
            self.assertEqual(keys, [f"{directory}/output.pkl", f"{directory}/metadata.json"])
        return described

    def check_hits(self, described, calls=None, **options):
        """What types joblib finds."""
        found = self.joblib("call", calls, **options)
        self.assertEqual(len(found), len(described))
        for each, (is_cached, _, value) in zip(described, found):
            self.assertTrue(is_cached, each["name"])
            self.assertTrue(same(value, each["value"]), each["name"])
        self.assertEqual(self.counted(), [])
        return [kind for _, kind, _ in found]

    def test_uncompressed(self):
        self.check_hits(self.store_all())

    def test_every_codec_that_joblib_has(self):
        codecs = ("zlib", "gzip:9", "bz2", "lzma", "xz:1", "lz4")
        calls = [["science.grids.grid", [500 + number]] for number in range(len(codecs))]
        described = self.described(calls)
        for each, codec in zip(described, codecs):
            self.larder_dumps(each, compress=codec)
        self.check_hits(described, calls)

    def test_mapped(self):
        self.assertEqual(self.check_hits(self.store_all(), mmap_mode="r"), ["memmap", "memmap", "dict", "list"])

    @unittest.skipUnless(HAS_EXPIRY, "joblib before 1.3 has no expires_after")
    def test_the_time_in_the_metadata_expires(self):
        described = self.store_all()
        self.joblib("call", expires=1)
        self.assertEqual(self.counted(), [])
        self.joblib("call", expires=-1)
        self.assertEqual(len(self.counted()), len(described))

    def test_another_call_is_computed(self):
        self.store_all()
        self.joblib("call", [["science.grids.grid", [101]]])
        self.assertEqual(self.counted(), ["grid"])

    def test_other_code_is_computed(self):
        # As joblib decides by func_code.py, this shows that it read larder's.
        described = self.store_all()
        self.write_functions(GRIDS.replace("count(\"grid\")", "count(\"grid\")\n    rows += 0"))
        calls = CALLS[:2]
        self.joblib("call", calls)
        self.assertEqual(self.counted(), ["grid", "grid"])
        source, = self.ask("code", self.root, function_of(described[0]))[1:]
        self.assertIn("rows += 0", source)

    def test_a_script(self):
        script = self.folder / "a script.py"
        script.write_text(
            "import sys\nsys.path.insert(0, sys.argv.pop(1))\nimport joblib, memory_user\nfrom science.grids import count\n\n\n"
            "def double(x):\n    count('double')\n    return 2 * x\n\n\n"
            "if sys.argv[1] == 'describe':\n    joblib.dump(memory_user.describe(double, [21]), sys.argv[2])\n"
            "else:\n    print(memory_user.cached(sys.argv[2], {}, double)(21))\n")

        def run(*words):
            done = subprocess.run([sys.executable, "-B", str(script), str(USER.parent), *words], env=self.environment(),
                                  capture_output=True, text=True, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            return done.stdout

        run("describe", str(self.folder / "described"))
        described = joblib.load(self.folder / "described")
        self.assertTrue(described["module"].startswith("__main__--"))
        self.counter.write_text("")
        self.larder_dumps(described)
        self.assertEqual(run("call", str(self.location)), "42\n")
        self.assertEqual(self.counted(), [])

    def test_long_names(self):
        name = "f" * 255
        self.write_functions(GRIDS + f"\n\ndef {name}(x):\n    count('long')\n    return x\n")
        described, = self.described([[f"science.grids.{name}", [3]]])
        self.larder_dumps(described)
        self.assertEqual(self.joblib("call", [[f"science.grids.{name}", [3]]]), [(True, "int", 3)])
        self.assertEqual(self.counted(), [])


class LarderFindsWhatJoblibStored(Memory):
    STORED = None  # a directory that joblib filled

    @classmethod
    def tearDownClass(cls):
        if cls.STORED:
            cls.STORED.cleanup()

    def setUp(self):
        super().setUp()
        self.wanted = self.described()

    def store_all(self):
        if not self.STORED:
            self.joblib("call")
            type(self).STORED = tempfile.TemporaryDirectory()
            shutil.copytree(self.location, self.STORED.name, dirs_exist_ok=True)
        else:
            shutil.copytree(self.STORED.name, self.location)

    def check_values(self, mode="none"):
        return [self.check_value(each, mode) for each in self.wanted]

    def check_value(self, each, mode):
        value, codec, mapped = self.larder_loads(each, mode)
        self.assertTrue(same(value, each["value"]), each["name"])
        return codec, mapped

    def test_values(self):
        self.store_all()
        self.assertEqual(self.check_values(), [("", False)] * 2 + [("", True)] + [("", False)])

    def test_compressed_values(self):
        self.joblib("call", compress=True)
        self.assertEqual({codec for codec, _ in self.check_values()}, {"zlib"})

    def test_mapped_values(self):
        self.store_all()
        for mode in ("r", "c"):
            self.assertEqual([mapped for _, mapped in self.check_values(mode)], [True] * 4)

    def test_keys_are_calls(self):
        self.store_all()
        keys = self.ask("list", self.root)
        wanted = {f"{function_of(each)}/func_code.py" for each in self.wanted}
        for each in self.wanted:
            wanted |= {f"{function_of(each)}/{each['hash']}/{name}" for name in ("output.pkl", "metadata.json")}
            self.assertEqual(self.ask("call", self.key(each)), [function_of(each), each["hash"]])
        self.assertEqual(sorted(keys), sorted(wanted))
        self.assertEqual(sorted(keys), self.files())

    def test_metadata(self):
        self.store_all()
        for each in self.wanted:
            metadata = json.loads(self.ask("metadata", self.root, self.key(each))[0])
            self.assertEqual(metadata["input_args"], each["input_args"])
            self.assertGreaterEqual(metadata["duration"], 0)

    def test_code(self):
        self.store_all()
        for each in self.wanted:
            self.assertEqual(self.ask("code", self.root, function_of(each)), [str(each["first_line"]), each["source"]])

    def test_a_call_of_joblib_is_not_computed_again(self):
        self.store_all()
        for each in self.wanted:
            self.ask("compute", self.root, self.key(each), self.folder / "none", self.folder / "never", "fail")
        self.assertFalse((self.folder / "never").exists())

    def test_what_larder_cleared_is_computed_again(self):
        self.store_all()
        self.counter.write_text("")
        self.assertEqual(self.ask("clear", self.root, "science/grids/grid"), ["5"])
        self.joblib("call")
        self.assertEqual(self.counted(), ["grid", "grid"])
        self.check_values()


class SharedDirectory(Memory):
    def test_the_bytes_of_both_are_the_same(self):
        described = self.described()
        for each in described:
            self.larder_dumps(each)
        names = [self.key(each) for each in described] + [f"{function_of(each)}/func_code.py" for each in described]
        larder = {name: (self.root / name).read_bytes() for name in names}
        self.location = self.folder / "other"
        self.joblib("call")
        for name, content in larder.items():
            self.assertEqual((self.location / "joblib" / name).read_bytes(), content, name)

    def test_joblib_clears_and_larder_goes_on(self):
        described = self.described()
        for each in described:
            self.larder_dumps(each)
        joblib.Memory(str(self.location), verbose=0).clear(warn=False)
        self.assertEqual(self.files(), [])
        for each in described:
            self.larder_dumps(each)
        self.joblib("call")
        self.assertEqual(self.counted(), [])

    def test_joblib_counts_and_evicts_what_larder_stored(self):
        described = self.described()
        for each in described:
            self.larder_dumps(each)
        memory = joblib.Memory(str(self.location), verbose=0)
        items = memory.store_backend.get_items()
        self.assertEqual({pathlib.Path(item.path).name for item in items}, {each["hash"] for each in described})
        for item in items:
            self.assertEqual(item.size, sum(file.stat().st_size for file in pathlib.Path(item.path).iterdir()))
        try:
            memory.reduce_size(bytes_limit=0)
        except TypeError:  # joblib before 1.3 takes the limit from Memory
            joblib.Memory(str(self.location), verbose=0, bytes_limit=0).reduce_size()
        self.assertEqual({name.rsplit("/", 1)[1] for name in self.files()}, {"func_code.py"})

    def test_both_write_the_same_calls_at_once(self):
        described = self.described()
        value = self.folder / "value.joblib"
        joblib.dump(described[0]["value"], value)
        key = self.key(described[0])
        question = " ".join(["dump", *(hexed(word) for word in (value, self.root, key, "none", ""))]) + "\n"
        larder = [subprocess.Popen([PROBE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(4)]
        for process in larder:
            process.stdin.write(question * 50)
            process.stdin.close()
        for _ in range(3):
            self.joblib("call")
            self.assertTrue(same(self.larder_loads(described[0])[0], described[0]["value"]))
        for process in larder:
            self.assertEqual(set(process.stdout.read().split("\n")[:-1]), {f"ok {hexed(key)}"})
            self.assertEqual(process.wait(), 0)
            process.stdout.close()


class SingleFlight(Memory):
    KEY = "m/f/0123456789abcdef0123456789abcdef/output.pkl"

    def setUp(self):
        super().setUp()
        self.value = self.folder / "value.joblib"
        joblib.dump(list(range(1000)), self.value)
        self.answer = "ok " + hexed(json.dumps(list(range(1000)))) + "\n"

    def start(self, how="value"):
        """A process that asks for the key."""
        words = ["compute", *(hexed(word) for word in (self.root, self.KEY, self.value, self.counter, how))]
        process = subprocess.Popen([PROBE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end, process)
        process.stdin.write(" ".join(words) + "\n")
        process.stdin.close()
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()

    def wait_for_lines(self, wanted):
        while len(self.counted()) < wanted:
            time.sleep(0.001)

    def test_sixteen_processes_compute_once(self):
        for _ in range(10):
            for process in [self.start() for _ in range(16)]:
                self.assertEqual(process.stdout.read(), self.answer)
                self.assertEqual(process.wait(), 0)
            self.assertEqual(len(self.counted()), 1)
            self.counter.write_text("")
            (self.root / self.KEY).unlink()

    def test_a_killed_holder_does_not_block_the_others(self):
        holder = self.start("hang")
        self.wait_for_lines(1)
        waiting = [self.start() for _ in range(15)]
        holder.send_signal(signal.SIGKILL)
        for process in waiting:
            self.assertEqual(process.stdout.read(), self.answer)
        self.assertEqual(len(self.counted()), 2)
        self.assertEqual(holder.wait(), -signal.SIGKILL)

    def test_killed_one_after_another(self):
        processes = [self.start("hang") for _ in range(8)]
        for killed in range(8):
            self.wait_for_lines(killed + 1)
            time.sleep(0.002)
            holder = int(self.counted()[-1])
            self.assertEqual(len(self.counted()), killed + 1)
            next(process for process in processes if process.pid == holder).kill()
        self.assertEqual(self.start().stdout.read(), self.answer)

    def test_an_exception_reaches_its_own_caller(self):
        failing = self.start("fail")
        self.assertIn("error usage computed in vain", failing.stdout.read())
        others = [self.start("fail"), *(self.start() for _ in range(8))]
        answers = [process.stdout.read() for process in others]
        self.assertEqual(answers[1:], [self.answer] * 8)
        self.assertTrue(answers[0] == self.answer or "computed in vain" in answers[0])
        self.assertEqual(len(self.counted()), 2 + ("computed in vain" in answers[0]))

    def test_nothing_is_left_behind(self):
        self.start().wait()
        self.assertEqual([path.name for path in (self.root / ".larder" / "flights").iterdir()], [])
        self.assertEqual([path.name for path in (self.root / ".larder" / "tmp").iterdir()], [])

    def test_joblib_hits_what_larder_computed(self):
        described, = self.described(CALLS[:1])
        joblib.dump(described["value"], self.value)
        self.ask("put_code", self.root, function_of(described), str(described["first_line"]), described["source"])
        self.ask("compute", self.root, self.key(described), self.value, self.folder / "own_counter", "value")
        options = {"expires": 1} if HAS_EXPIRY else {}
        (_, _, value), = self.joblib("call", CALLS[:1], **options)
        self.assertTrue(same(value, described["value"]))
        self.assertEqual(self.counted(), [])


if __name__ == "__main__":
    print("joblib", joblib.__version__)
    unittest.main()
