"""Metadata behind an object: stored by convert, shown by ls, and invisible to joblib, pickle, numpy and scikit-learn."""

import io
import json
import os
import pickle
import subprocess
import warnings

import joblib
import numpy

from command import CommandTest, main

JOBLIB_CODECS = ["none", "zlib", "gzip", "bz2", "lzma", "xz", "lz4"]
META = ["--meta", "data=wine.csv", "--meta", 'scores:={"accuracy": 0.93, "folds": [5, true, null]}']
SAID = {"data": "wine.csv", "scores": {"accuracy": 0.93, "folds": [5, True, None]}}
MARK = b"\xabLARDER\n"


def sample():
    return {
        "x": numpy.arange(300.0).reshape(30, 10),
        "fortran": numpy.asfortranarray(numpy.arange(12, dtype="i4").reshape(3, 4)),
        "big": numpy.arange(5, dtype=">i2"),
        "record": numpy.array([(1, 2.5)], dtype=[("a", "<i4"), ("b", ">f8")]),
        "objects": numpy.array([1, "text", numpy.arange(3)], dtype=object),
        "text": ["a", 1, 2.5],
    }


def as_text(value):
    return repr({key: (value[key].dtype.newbyteorder("="), value[key].tolist()) if isinstance(value[key], numpy.ndarray) else value[key]
                 for key in value})


class Metadata(CommandTest):
    def object(self, name, number=0):
        (file,) = json.loads(self.text("ls", "-j", "-", data=self.read(name)))
        return file["objects"][number]

    def load(self, name, **options):
        """joblib.load; any warning is a failure."""
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return joblib.load(name, **options)

    def test_joblib_reads_every_codec(self):
        joblib.dump(sample(), "in.joblib")
        for codec in JOBLIB_CODECS:
            with self.subTest(codec=codec):
                self.run_larder("convert", *META, "-c", codec, "in.joblib", "out.joblib")
                self.assertEqual(as_text(self.load("out.joblib")), as_text(sample()))
                with open("out.joblib", "rb") as file:
                    self.assertEqual(as_text(joblib.load(file)), as_text(sample()))
                self.assertEqual(self.object("out.joblib")["metadata"], SAID)
                self.run_larder("check", "out.joblib")

    def test_joblib_maps(self):
        joblib.dump({"x": sample()["x"]}, "in.joblib")
        self.run_larder("convert", *META, "in.joblib", "out.joblib")
        for mode in ("r", "r+", "c"):
            mapped = self.load("out.joblib", mmap_mode=mode)["x"]
            self.assertIsInstance(mapped, numpy.memmap)
            numpy.testing.assert_array_equal(mapped, sample()["x"])

    def test_the_object_keeps_its_bytes(self):
        value = {key: item for key, item in sample().items() if key != "objects"}
        joblib.dump(value, "in.joblib")
        self.run_larder("convert", *META, "in.joblib", "out.joblib")
        plain, whole = self.read("in.joblib"), self.read("out.joblib")
        self.assertTrue(whole.startswith(plain))
        footer = whole[len(plain):]
        self.assertEqual((footer[9:17], footer[-9:-1], footer[-1:]), (MARK, MARK, b"0"))
        self.assertEqual(int.from_bytes(footer[-17:-9], "little"), len(footer))
        size = int.from_bytes(footer[21:29], "little")
        self.assertEqual(json.loads(footer[37:37 + size])["metadata"], SAID)
        self.assertEqual(len(footer), size + 54)

    def test_pickle_and_joblib_read_several_objects(self):
        values = [{"a": 1}, ["two"], (3, numpy.arange(4))]
        for loader, count in ((pickle.load, 2), (joblib.load, 3)):
            with open("in.joblib", "wb") as file:
                for value in values[:count]:
                    joblib.dump(value, file)
            self.run_larder("convert", *META, "in.joblib", "out.joblib")
            with open("out.joblib", "rb") as file:
                self.assertEqual([repr(loader(file)) for _ in range(count)], [repr(value) for value in values[:count]])
            self.assertEqual(json.loads(self.text("ls", "-j", "out.joblib"))[0]["objects"][count - 1]["metadata"], SAID)
            self.run_larder("convert", "out.joblib", "again.joblib.gz")
            self.assertEqual(self.object("again.joblib.gz", count - 1)["metadata"], SAID)

    def test_every_protocol_of_pickle(self):
        for protocol in range(2, 6):
            self.write("in.pkl", pickle.dumps({"a": [1, "x", None]}))
            self.run_larder("convert", *META, "--protocol", str(protocol), "in.pkl", "out.pkl")
            content = self.read("out.pkl")
            self.assertIn(MARK, content)
            # _loads is the unpickler written in Python.
            for load in (pickle.loads, pickle._loads):
                self.assertEqual(load(content), {"a": [1, "x", None]})

    def test_numpy_reads_and_maps(self):
        for array in (sample()["x"], sample()["fortran"], sample()["record"], numpy.array(1.5), numpy.zeros((0, 3))):
            numpy.save("in.npy", array)
            self.run_larder("convert", *META, "in.npy", "out.npy")
            numpy.testing.assert_array_equal(numpy.load("out.npy"), array)
            if array.size:
                numpy.testing.assert_array_equal(numpy.load("out.npy", mmap_mode="r"), array)
            self.assertEqual(self.object("out.npy")["metadata"], SAID)
            self.assertEqual(self.object("out.npy")["checksums"][0]["path"], "")

    def test_a_second_array_in_npy_is_refused(self):
        self.write("in.npy", b"".join(self.npy(numpy.arange(count)) for count in (2, 3)))
        self.run_larder("convert", "in.npy", "out.npy")
        os.remove("out.npy")
        self.assertIn("second array", self.fails(2, "convert", *META, "in.npy", "out.npy"))
        self.assertFalse(os.path.exists("out.npy"))
        self.run_larder("convert", *META, "in.npy", "out.joblib")

    def npy(self, array):
        out = io.BytesIO()
        numpy.save(out, array)
        return out.getvalue()

    def test_a_model_predicts_the_same(self):
        from sklearn.datasets import load_iris
        from sklearn.ensemble import RandomForestClassifier
        import sklearn

        data = load_iris()
        model = RandomForestClassifier(5, random_state=0).fit(data.data, data.target)
        joblib.dump(model, "in.joblib")
        self.run_larder("convert", *META, "in.joblib", "out.joblib.gz")
        numpy.testing.assert_array_equal(self.load("out.joblib.gz").predict_proba(data.data), model.predict_proba(data.data))
        found = self.object("out.joblib.gz")
        self.assertIn({"library": "scikit-learn", "version": sklearn.__version__}, found["libraries"])
        self.assertIn({"library": "joblib", "version": ">= 1.2"}, found["libraries"])
        text = self.text("ls", "out.joblib.gz")
        self.assertRegex(text, r"\n  metadata, with \d+ checksums of arrays:\n    data: 'wine.csv'\n    scores: dict, 2 items\n      accuracy: 0.93\n")
        self.assertIn(f"\n  written with scikit-learn {sklearn.__version__}, joblib >= 1.2", text)

    def test_keys_are_kept_and_overridden(self):
        joblib.dump([1], "in.joblib")
        self.run_larder("convert", *META, "in.joblib", "a.joblib")
        self.run_larder("convert", "--meta", "data=beer.csv", "--meta", "new=a=b:=c", "a.joblib", "b.joblib.xz")
        self.assertEqual(self.object("b.joblib.xz")["metadata"], {**SAID, "data": "beer.csv", "new": "a=b:=c"})
        self.run_larder("convert", "b.joblib.xz", "c.joblib")
        self.assertEqual(self.object("c.joblib")["metadata"], {**SAID, "data": "beer.csv", "new": "a=b:=c"})
        self.assertEqual(self.object("in.joblib")["metadata"], None)

    def test_what_is_no_setting_is_refused(self):
        joblib.dump([1], "in.joblib")
        for setting in ("key", "=value", ":=1", "key:=", "key:=[1", "key:=nan", "$key=1"):
            self.assertIn("--meta", self.fails(2, "convert", "--meta", setting, "in.joblib", "out.joblib"))
        self.fails(2, "convert", "--meta", "a:=1e999", "in.joblib", "out.joblib")
        self.assertFalse(os.path.exists("out.joblib"))

    def test_checksums_are_those_of_the_elements(self):
        joblib.dump(sample(), "in.joblib")
        self.run_larder("convert", *META, "in.joblib", "out.joblib")
        checksums = {entry["path"]: entry for entry in self.object("out.joblib")["checksums"]}
        for path in ("x", "fortran", "big", "record"):
            array = sample()[path]
            done = subprocess.run(["xxhsum", "-H3"], input=array.tobytes("C"), capture_output=True, check=True)
            self.assertIn(checksums[path]["xxh3"], done.stdout.decode())
            self.assertEqual((checksums[path]["shape"], checksums[path]["bytes"]), (list(array.shape), array.nbytes))

    def test_damage_is_not_signed_again(self):
        joblib.dump(sample(), "in.joblib")
        self.run_larder("convert", *META, "in.joblib", "out.joblib")
        content = bytearray(self.read("out.joblib"))
        at = content.index(sample()["x"].tobytes()) + 100
        content[at] ^= 1
        self.write("out.joblib", content)
        self.assertIn("the array 'x', <f8 (30, 10)", self.fails(3, "convert", "out.joblib", "new.joblib"))
        self.assertFalse(os.path.exists("new.joblib"))

    def test_damaged_metadata_is_told(self):
        joblib.dump([1], "in.joblib")
        self.run_larder("convert", *META, "in.joblib", "out.joblib")
        content = self.read("out.joblib")
        self.write("damaged.joblib", content.replace(b"wine.csv", b"wine.csw"))
        self.assertIn("the metadata is damaged", self.fails(3, "check", "damaged.joblib"))
        self.write("cut.joblib", content[:-5])
        self.fails(3, "check", "cut.joblib")
        self.assertEqual(joblib.load("damaged.joblib"), [1])


if __name__ == "__main__":
    main()
