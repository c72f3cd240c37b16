"""numpy.save and numpy.load against larder, for every dtype, shape and layout, in both directions."""
import unittest
import warnings

import numpy as np

from probing import ask, convert, folder_for, joblib, same
from python_objects import arrays, joined

CODECS = ["none", "zlib", "gzip:1", "bz2", "lzma", "xz:0", "lz4"]


class Npy(unittest.TestCase):
    def setUp(self):
        self.folder = folder_for(self)

    def named(self, kind):
        """A file for each array, with the array as numpy keeps it in a .npy file."""
        warnings.simplefilter("ignore")  # titles and alignment are lost, as numpy says
        for number, array in enumerate(arrays().values()):
            path = self.folder / f"{number}.npy"
            np.save(path, array)
            yield path, self.folder / f"{number}.{kind}", np.load(path)

    def test_bytes_are_those_of_numpy(self):
        files = list(self.named("out"))
        for answer in ask(convert(source, target, file_format="npy") for source, target, _ in files):
            self.assertEqual(answer, ["ok"])
        for source, target, array in files:
            self.assertEqual(target.read_bytes(), source.read_bytes(), (array.dtype, array.shape))

    def test_npy_becomes_joblib_and_npy_again(self):
        files = list(self.named("joblib"))
        for answer in ask(convert(source, target, file_format="joblib") for source, target, _ in files):
            self.assertEqual(answer, ["ok"])
        for source, target, array in files:
            joblib.dump(array, target.with_suffix(".joblib_wrote"))
            wanted = joblib.load(target.with_suffix(".joblib_wrote"))
            self.assertTrue(same(joblib.load(target), wanted), (array.dtype, array.shape))
        for answer in ask(convert(target, target.with_suffix(".back"), file_format="npy") for _, target, _ in files):
            self.assertEqual(answer, ["ok"])
        for source, target, array in files:
            self.assertTrue(same(np.load(target.with_suffix(".back")), array), (array.dtype, array.shape))

    def test_numpy_maps_what_larder_writes(self):
        files = [file for file in self.named("out") if file[2].size]
        ask(convert(source, target, file_format="npy") for source, target, _ in files)
        for _, target, array in files:
            self.assertTrue(same(np.asarray(np.load(target, mmap_mode="r")), array), (array.dtype, array.shape))

    def test_compressed_npy_files_are_read(self):
        array = joined()["big"]
        source = self.folder / "a.npy"
        np.save(source, array)
        for codec in CODECS:
            answers = ask([convert(source, self.folder / "b.npy", compress=codec, file_format="npy"),
                           convert(self.folder / "b.npy", self.folder / "c.npy", file_format="npy")])
            self.assertEqual(answers, [["ok"], ["ok"]], codec)
            self.assertEqual((self.folder / "c.npy").read_bytes(), source.read_bytes(), codec)


if __name__ == "__main__":
    unittest.main()
