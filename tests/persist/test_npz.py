"""numpy.savez, savez_compressed and numpy.load against larder, in both directions."""
import random
import unittest
import zipfile

import numpy as np

from probing import ask, convert, folder_for, hexed, joblib, same
from python_objects import arrays, joined


def npz(source, target, level):
    return ["npz", hexed(source), hexed(target), str(level)]


class Npz(unittest.TestCase):
    def setUp(self):
        self.folder = folder_for(self)
        # What a .npy file keeps of an array.
        self.arrays = []
        for array in arrays().values():
            np.save(self.folder / "a.npy", array)
            self.arrays.append(np.load(self.folder / "a.npy"))

    def random_archive(self, seed):
        chosen = random.Random(seed)
        names = ["alpha", "b.c", "layers/0/kernel", "Größe", "x" * 200, "", "..", "/etc/passwd", "arr_0", "a.npy"]
        return {name: chosen.choice(self.arrays) for name in chosen.sample(names, chosen.randrange(6))}

    def check(self, path, wanted):
        """What numpy reads there, in that order."""
        with np.load(path) as found:
            self.assertEqual(found.files, list(wanted))
            for name, array in wanted.items():
                self.assertTrue(same(found[name], array), name)
        with zipfile.ZipFile(path) as archive:
            self.assertIsNone(archive.testzip())

    def test_random_archives(self):
        files = []
        for seed in range(200):
            wanted = self.random_archive(seed)
            source = self.folder / f"{seed}.npz"
            (np.savez if seed % 2 else np.savez_compressed)(source, **wanted)
            files.append((source, self.folder / f"{seed}.out", seed % 10, wanted))
        for answer in ask(npz(source, target, level) for source, target, level, _ in files):
            self.assertEqual(answer, ["ok"])
        for _, target, level, wanted in files:
            self.check(target, wanted)
            methods = {member.compress_type for member in zipfile.ZipFile(target).infolist()}
            self.assertLessEqual(methods, {zipfile.ZIP_DEFLATED if level else zipfile.ZIP_STORED})
        again = [(target, target.with_suffix(".again"), source) for source, target, level, _ in files if level == 0]
        ask(npz(target, other, 0) for target, other, _ in again)
        for target, other, _ in again:
            self.assertEqual(target.read_bytes(), other.read_bytes())

    def test_archives_become_joblib_and_npz_again(self):
        wanted = {f"a{number}": array for number, array in enumerate(self.arrays)}
        np.savez(self.folder / "a.npz", **wanted)
        answers = ask([convert(self.folder / "a.npz", self.folder / "b.joblib"),
                       convert(self.folder / "b.joblib", self.folder / "c.npz", file_format="npz"),
                       convert(self.folder / "c.npz", self.folder / "d.npz.gz", compress="gzip:1", file_format="npz"),
                       convert(self.folder / "d.npz.gz", self.folder / "e.npz", file_format="npz")])
        self.assertEqual(answers, [["ok"]] * 4)
        self.assertEqual(list(joblib.load(self.folder / "b.joblib")), list(wanted))
        self.check(self.folder / "c.npz", wanted)
        self.assertEqual((self.folder / "c.npz").read_bytes(), (self.folder / "e.npz").read_bytes())

    def test_large_members(self):
        wanted = {"big": joined()["big"], "zeros": np.zeros(3_000_000, "u1"), "noise": np.random.default_rng(1).random(200_000)}
        np.savez_compressed(self.folder / "a.npz", **wanted)
        for level in (0, 1, 6):
            self.assertEqual(ask([npz(self.folder / "a.npz", self.folder / "b.npz", level)]), [["ok"]])
            self.check(self.folder / "b.npz", wanted)

    def test_python_objects_are_read(self):
        np.savez(self.folder / "a.npz", o=np.array([1, "two", None], object), plain=np.arange(3))
        self.assertEqual(ask([convert(self.folder / "a.npz", self.folder / "b.joblib")]), [["ok"]])
        found = joblib.load(self.folder / "b.joblib")
        self.assertEqual(found["o"].tolist(), [1, "two", None])
        answer = ask([convert(self.folder / "b.joblib", self.folder / "c.npz", file_format="npz")])[0]
        self.assertEqual(answer[:2], ["error", "unsupported"])


if __name__ == "__main__":
    unittest.main()
