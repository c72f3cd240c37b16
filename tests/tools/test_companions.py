"""Files of joblib before 0.10 and of gensim, whose arrays lie in companions beside them: the command finds these."""

import json
import os
import pathlib
import shutil

import joblib
import numpy
from joblib.numpy_pickle_compat import NDArrayWrapper, ZNDArrayWrapper, write_zfile

from command import SOURCE, CommandTest, main

GRID = numpy.arange(12.0).reshape(3, 4)


class Companions(CommandTest):
    def setUp(self):
        super().setUp()
        numpy.save("old.pkl_01.npy", GRID)
        with open("old.pkl_02.npy.z", "wb") as file:
            write_zfile(file, GRID.tobytes())
        state = (1, GRID.shape, GRID.dtype, False)
        # joblib of today would pickle the arrays, but not the objects that stood for them.
        wrappers = [NDArrayWrapper("old.pkl_01.npy", numpy.ndarray),
                    ZNDArrayWrapper("old.pkl_02.npy.z", (numpy.ndarray, (0,), b"b"), state)]
        joblib.dump({"a": wrappers[0], "z": wrappers[1]}, "old.pkl", protocol=2)

    def test_ls_and_get(self):
        (file,) = json.loads(self.text("ls", "-j", "old.pkl"))
        shapes = [node["shape"] for node in file["objects"][0]["values"] if node.get("path") in ("a", "z")]
        self.assertEqual(shapes, [[3, 4], [3, 4]])
        self.text("get", "old.pkl", "z", "-o", "z.npy")
        self.assertTrue(numpy.array_equal(numpy.load("z.npy"), GRID))

    def test_convert_makes_one_file(self):
        self.text("convert", "old.pkl", "new.joblib")
        for name in ("old.pkl", "old.pkl_01.npy", "old.pkl_02.npy.z"):
            shutil.move(name, "gone-" + name)
        value = joblib.load("new.joblib")
        self.assertTrue(numpy.array_equal(value["a"], GRID))
        self.assertTrue(numpy.array_equal(value["z"], GRID))

    def test_a_missing_companion_is_named(self):
        shutil.move("old.pkl_02.npy.z", "gone")
        self.assertIn("old.pkl_02.npy.z", self.fails(4, "check", "old.pkl"))

    def test_standard_input_has_no_companions(self):
        self.assertIn("old.pkl_01.npy", self.fails(3, "check", "-", data=self.read("old.pkl")))


class Gensim(CommandTest):
    def setUp(self):
        super().setUp()
        for path in (pathlib.Path(SOURCE) / "tests/formats/data/gensim").glob("word2vec.gensim*"):
            shutil.copy(path, path.name.replace("word2vec.gensim", "model"))

    def test_ls_shows_arrays_by_the_path_of_their_attribute(self):
        (file,) = json.loads(self.text("ls", "-j", "model"))
        shapes = {node.get("path"): node.get("shape") for node in file["objects"][0]["values"]}
        self.assertEqual((shapes["wv.vectors"], shapes["syn1neg"]), ([6, 4], [6, 4]))
        self.assertIn("model: gensim, pickle protocol 4", self.text("ls", "model"))

    def test_get(self):
        self.text("get", "model", "wv.vectors", "-o", "v.npy")
        self.assertTrue(numpy.array_equal(numpy.load("v.npy"), numpy.load("model.wv.vectors.npy")))
        self.assertEqual(json.loads(self.text("get", "model", "wv.index_to_key"))[0], "water")

    def test_check(self):
        self.assertIn("known libraries only", self.text("check", "model"))
        shutil.move("model.syn1neg.npy", "gone")
        self.assertIn("'model.syn1neg.npy' beside it (the attribute 'syn1neg')", self.fails(4, "check", "model"))

    def test_convert_writes_companions_under_the_new_name(self):
        self.text("convert", "model", "again.gensim")
        for end in (".syn1neg.npy", ".wv.vectors.npy", ".wv.vectors_lockf.npy"):
            self.assertEqual(self.read("model" + end), self.read("again.gensim" + end))
        self.text("convert", "model", "one.pkl")
        self.assertEqual([name for name in os.listdir(".") if name.startswith("one")], ["one.pkl"])


if __name__ == "__main__":
    main()
