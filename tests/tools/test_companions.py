"""Files of joblib before 0.10, whose arrays lie in companions beside them: the command finds these."""

import json
import shutil

import joblib
import numpy
from joblib.numpy_pickle_compat import NDArrayWrapper, ZNDArrayWrapper, write_zfile

from command import CommandTest, main

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


if __name__ == "__main__":
    main()
