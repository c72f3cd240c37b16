"""larder bench: what is measured, the table, JSON, CSV, budgets, advice, wrong usage and unreadable files. No test asserts a time."""

import csv
import gzip
import io
import json
import os
import pickle
import zipfile

import joblib
import numpy

from command import CommandTest, main

QUICK = ("--codec", "none,zlib", "--level", "1,6", "--threads", "1", "--repeat", "1", "--disk", "500MB/s")
FIGURES = ["name", "codec", "level", "threads", "content_bytes", "stored_bytes", "ratio", "compress_seconds", "decompress_seconds",
           "compress_speed", "decompress_speed", "compress_memory", "decompress_memory", "write_seconds", "read_seconds", "cost",
           "within", "front", "repeats"]


class Bench(CommandTest):
    def measure(self, *arguments, **options):
        return json.loads(self.text("bench", "--json", *arguments, **options))

    def file(self, *arguments, **options):
        (file,) = self.measure(*QUICK, *arguments, **options)["files"]
        return file

    def save(self, name="a.npy", size=10_000):
        numpy.save(name, numpy.arange(size))
        return name


class Content(Bench):
    def test_arrays_are_measured_as_arrays(self):
        values = {"x": numpy.arange(10_000), "y": numpy.asfortranarray(numpy.ones((100, 50), numpy.float32)), "z": [numpy.arange(7, dtype=">i2")]}
        size = 80_000 + 20_000 + 14
        joblib.dump(values, "a.joblib")
        joblib.dump(values, "a.joblib.gz")
        self.write("a.pkl", pickle.dumps(values))
        numpy.save("a.npy", numpy.arange(10_000))
        for name, count, total, codec in [("a.joblib", 3, size, None), ("a.joblib.gz", 3, size, "gzip"), ("a.pkl", 3, size, None), ("a.npy", 1, 80_000, None)]:
            with self.subTest(name):
                file = self.file(name)
                self.assertEqual((file["file"], file["arrays"], file["content_bytes"], file["codec"]), (name, count, total, codec))
                self.assertEqual(file["measured_bytes"], total)
                self.assertIsNone(file["why_bytes"])

    def test_what_is_measured_are_the_elements(self):
        array = numpy.random.default_rng(1).integers(0, 1000, (300, 40), numpy.int32)
        numpy.save("a.npy", array)
        self.write("raw", array.tobytes())
        (of_array,), (of_bytes,) = (self.measure("--codec", "zlib:6", "--threads", "1", "--repeat", "0", name)["measurements"] for name in ("a.npy", "raw"))
        self.assertEqual(of_array["stored_bytes"], of_bytes["stored_bytes"])

    def test_other_files_are_measured_as_bytes(self):
        text = b"some,text\n1,2\n" * 1000
        self.write("a.csv", text)
        self.write("a.csv.gz", gzip.compress(text))
        with zipfile.ZipFile("a.zip", "w") as archive:
            archive.writestr("a", text)
        self.write("words.pkl", pickle.dumps(["word"] * 5000))
        for name, total, codec in [("a.csv", len(text), None), ("a.csv.gz", len(text), "gzip"), ("a.zip", os.path.getsize("a.zip"), None),
                                   ("words.pkl", os.path.getsize("words.pkl"), None)]:
            with self.subTest(name):
                file = self.file(name)
                self.assertEqual((file["arrays"], file["content_bytes"], file["codec"]), (None, total, codec))
                self.assertTrue(file["why_bytes"])

    def test_a_damaged_object_is_measured_as_bytes_and_says_why(self):
        self.write("cut.npy", self.read(self.save())[:1000])
        self.assertEqual(self.file("cut.npy")["content_bytes"], 1000)
        self.assertRegex(self.text("bench", *QUICK, "cut.npy"), r"\Acut\.npy: 1000 B, as bytes: [^\n]*80000")

    def test_large_content_is_sampled_and_that_is_said(self):
        self.save("big.npy", 1_000_000)
        self.save("small.npy", 1000)
        for arguments in [("big.npy", "small.npy"), ("small.npy", "big.npy")]:
            found = self.measure(*QUICK, "--sample", "1M", *arguments)
            self.assertEqual(found["content_bytes"], 8_008_000)
            self.assertLessEqual(found["measured_bytes"], 1 << 20)
            self.assertGreater(found["measured_bytes"], 1 << 19)
        self.assertRegex(self.text("bench", *QUICK, "--sample", "1M", "big.npy"), r"\n1\.0 MiB of 7\.6 MiB, a sample, was measured")
        self.assertIn("\nAll of it was measured", self.text("bench", *QUICK, "small.npy"))

    def test_a_sample_is_from_all_over_the_content(self):
        noise = numpy.random.default_rng(1).integers(0, 256, 1 << 22, numpy.uint8)
        noise[: 1 << 21] = 0
        numpy.save("half.npy", noise)
        for name, data in [("half.npy", None), ("half", noise.tobytes())]:
            if data:
                self.write(name, data)
            (row,) = self.measure("--codec", "zlib:6", "--threads", "1", "--repeat", "0", "--sample", "512K", name)["measurements"]
            self.assertAlmostEqual(row["ratio"], 2, delta=0.1)

    def test_little_time_means_a_smaller_sample(self):
        numpy.save("a.npy", numpy.random.default_rng(1).standard_normal(1 << 20))
        found = self.measure("--codec", "bz2", "--threads", "1", "--time", "100ms", "a.npy")
        self.assertLess(found["measured_bytes"], 1 << 20)
        self.assertEqual(found["content_bytes"], 1 << 23)

    def test_standard_input(self):
        file = self.file("-", data=self.read(self.save()))
        self.assertEqual((file["file"], file["arrays"], file["content_bytes"]), ("-", 1, 80_000))
        file = self.file("-", data=b"text " * 1000)
        self.assertEqual((file["arrays"], file["content_bytes"]), (None, 5000))

    def test_one_bad_file_does_not_keep_from_the_others(self):
        self.write("empty", b"")
        self.write("bad.gz", gzip.compress(b"text " * 1000)[:-6])
        for name, status in [("missing", 4), ("empty", 3), ("bad.gz", 3), (".", 2)]:
            with self.subTest(name):
                output = self.run_larder("bench", "--json", *QUICK, name, self.save(), status=status)
                self.assertEqual([file["file"] for file in json.loads(output)["files"]], ["a.npy"])
                self.assertRegex(self.messages, rf"\Alarder: {name}: [^\n]+\n\Z")
                self.assertIn(f"larder: {name}: ", self.fails(status, "bench", *QUICK, name))

    def test_hostile_names(self):
        for name in ["a\nb.npy", "\x1b[31m.npy", os.fsdecode(b"\xff\xfe.npy"), '<b>"&.npy', "a,b.npy"]:
            with self.subTest(name):
                self.assertEqual(self.file(self.save(name))["file"], name)
                first, second = self.run_larder("bench", *QUICK, name).split(b"\n")[:2]
                self.assertNotIn(b"\x1b", first)
                self.assertTrue(second.startswith(b"All of it"))


class Figures(Bench):
    def test_json(self):
        found = self.measure(*QUICK, self.save())
        self.assertEqual(list(found), ["larder", "files", "content_bytes", "measured_bytes", "processors", "budget", "measurements", "advice"])
        self.assertEqual(found["budget"], {"smallest": False, "read_at": None, "write_within": None, "link": None, "disk_write": 5e8, "disk_read": 5e8})
        rows = found["measurements"]
        self.assertEqual(sorted((row["name"], row["level"], row["threads"]) for row in rows), [("none", None, 1), ("zlib:1", 1, 1), ("zlib:6", 6, 1)])
        for row in rows:
            self.assertEqual(list(row), FIGURES)
            self.assertEqual((row["content_bytes"], row["repeats"]), (80_000, 1))
            self.assertEqual(row["ratio"], row["content_bytes"] / row["stored_bytes"])
            self.assertGreaterEqual(row["compress_memory"], 0)
            self.assertAlmostEqual(row["write_seconds"], row["compress_seconds"] + row["stored_bytes"] / 5e8)
            self.assertAlmostEqual(row["read_seconds"], row["decompress_seconds"] + row["stored_bytes"] / 5e8)
            self.assertAlmostEqual(row["cost"], row["write_seconds"] + row["read_seconds"])
        self.assertEqual([row["cost"] for row in rows], sorted(row["cost"] for row in rows))
        advice = found["advice"]
        self.assertEqual((advice["measurement"], advice["compress"], advice["threads"], advice["within"]), (0, rows[0]["name"], 1, True))
        self.assertTrue(advice["sentence"].startswith("Take "))

    def test_csv_has_the_same_figures(self):
        heads, *rows = csv.reader(io.StringIO(self.text("bench", "--csv", *QUICK, self.save())))
        self.assertEqual(heads, FIGURES)
        self.assertEqual(sorted(row[0] for row in rows), ["none", "zlib:1", "zlib:6"])
        for row in rows:
            figures = dict(zip(heads, row))
            self.assertEqual(float(figures["ratio"]), int(figures["content_bytes"]) / int(figures["stored_bytes"]))
            self.assertIn(figures["front"], ("true", "false"))

    def test_table_is_sorted_and_ends_with_advice(self):
        for column, key, sign in [("ratio", "RATIO", -1), ("level", "LEVEL", 1)]:
            text = self.text("bench", *QUICK, "--sort", column, self.save())
            table, advice = text.split("\n\n")[1:]
            heads, *rows = [line.split() for line in table.split("\n")]
            self.assertEqual(heads, ["CODEC", "LEVEL", "THREADS", "RATIO", "COMPRESS", "DECOMPRESS", "MEMORY", "WRITE", "READ", "FRONT"])
            self.assertEqual(len(rows), 3)
            values = [float(row[heads.index(key)].replace("-", "0")) for row in rows]
            self.assertEqual(values, sorted(values, key=lambda value: sign * value))
            self.assertRegex(advice, r"\ATake [^\n]+\.\n\Z")

    def test_all_codecs_of_the_build_with_one_thread_and_with_all(self):
        found = self.measure("--repeat", "0", self.save(size=1000))
        usable = set(self.text("codecs", "--names").split()) - {"raw"} | {"none"}
        self.assertEqual({row["codec"] for row in found["measurements"]}, usable)
        self.assertEqual({row["threads"] for row in found["measurements"]}, {1, found["processors"]})
        settings = [(row["name"], row["threads"]) for row in found["measurements"]]
        self.assertEqual(len(settings), len(set(settings)))
        self.assertLessEqual({"zlib:1", "zlib:9", "zstd:19", "xz:6", "lz4", "gzip:3"}, {name for name, _ in settings})

    def test_every_name_is_a_compress_argument(self):
        found = self.measure("--repeat", "0", "--threads", "1", self.save(size=1000))
        for row in found["measurements"]:
            self.run_larder("convert", "-c", row["name"], "a.npy", "out.joblib")
            (file,) = json.loads(self.text("ls", "-j", "out.joblib"))
            self.assertEqual(file["objects"][0]["codec"] or "none", row["codec"])

    def test_chosen_settings(self):
        rows = self.measure("--codec", "zstd:-5,lz4", "--codec", "none", "--level", "3,9,9", "--threads", "1,2", "--repeat", "0", self.save())["measurements"]
        self.assertEqual(sorted((row["name"], row["threads"]) for row in rows),
                         [("lz4:3", 1), ("lz4:3", 2), ("lz4:9", 1), ("lz4:9", 2), ("none", 1), ("zstd:-5", 1), ("zstd:-5", 2)])


class Budgets(Bench):
    def advice(self, *arguments):
        return self.measure(*QUICK, *arguments, "a.npy")

    def setUp(self):
        super().setUp()
        self.save(size=100_000)

    def test_smallest(self):
        found = self.advice("--smallest")
        self.assertEqual(found["measurements"][0]["stored_bytes"], min(row["stored_bytes"] for row in found["measurements"]))
        self.assertEqual(found["measurements"][0]["cost"], found["measurements"][0]["stored_bytes"])
        self.assertIn("the smallest (ratio ", found["advice"]["sentence"])

    def test_a_slow_link_wants_few_bytes(self):
        found = self.advice("--link", "1kB/s")
        self.assertEqual(found["measurements"][0]["stored_bytes"], min(row["stored_bytes"] for row in found["measurements"]))
        self.assertEqual(found["budget"]["link"], 1000)
        self.assertIn(" SEND ", self.text("bench", *QUICK, "--link", "1kB/s", "a.npy"))

    def test_limits(self):
        met = self.advice("--read-at", "1kB/s", "--write-within", "1h")
        self.assertTrue(met["advice"]["within"])
        self.assertEqual((met["budget"]["read_at"], met["budget"]["write_within"]), (1000, 3600))
        missed = self.advice("--read-at", "900TB/s")
        self.assertFalse(missed["advice"]["within"])
        self.assertTrue(missed["advice"]["sentence"].startswith("Nothing here is read at "))

    def test_the_disk_is_measured_where_it_is_not_told(self):
        found = self.measure("--codec", "none", "a.npy")
        self.assertGreater(found["budget"]["disk_write"], 0)
        self.assertRegex(self.text("bench", "--codec", "none", "a.npy"), r"The disk (of \.|is taken to be a common one)")


class Usage(Bench):
    def test_wrong_usage(self):
        self.save()
        for arguments, message in [
            ((), "FILE"),
            (("--codec", "zip", "a.npy"), "zip"),
            (("--codec", "3", "a.npy"), "names no codec"),
            (("--codec", "zstd:99", "a.npy"), "99"),
            (("--codec", "zlib", "--level", "19", "a.npy"), "level"),
            (("--threads", "-1", "a.npy"), "-1 threads"),
            (("--repeat", "-1", "a.npy"), "--repeat"),
            (("--time", "soon", "a.npy"), "'soon' is no time"),
            (("--read-at", "500", "a.npy"), "'500' is no speed"),
            (("--link", "fast", "a.npy"), "'fast' is no speed"),
            (("--sample", "much", "a.npy"), "'much' is no size"),
            (("--sort", "size", "a.npy"), "--sort"),
            (("--json", "--csv", "a.npy"), "--csv"),
            (("--smallest", "--link", "1MB/s", "a.npy"), "--link"),
        ]:
            with self.subTest(arguments):
                self.assertIn(message, self.fails(2, "bench", *arguments))

    def test_nothing_is_left_behind(self):
        self.measure(*QUICK, self.save())
        self.assertEqual(os.listdir("."), ["a.npy"])


if __name__ == "__main__":
    main()
