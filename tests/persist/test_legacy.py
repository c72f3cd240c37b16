"""Every file of joblib's own test data, of versions 0.8 to 0.11, Python 2.7 to 3.6: larder reads it, and writes a file of today that
joblib loads to the same value. joblib refuses what Python 2 wrote; that must equal what Python 3 wrote of the same value."""
import pathlib
import re
import shutil
import unittest
import warnings

import numpy as np

from probing import ask, convert, folder_for, joblib, same

DATA = pathlib.Path(joblib.__file__).parent / "test" / "data"
FILES = sorted(path for path in DATA.glob("joblib_*") if ".npy" not in path.name)
COMPANIONS = re.compile(r"_\d+\.npy(\.z)?$")


def by_python2(path):
    return "_py2" in path.name


def loaded(path):
    """joblib.load, whose warnings about old files say nothing here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return joblib.load(path)


def companions_of(path):
    return sorted(other for other in DATA.glob(path.name + "_*") if COMPANIONS.search(other.name))


def in_order(value):
    """The value with its dict sorted: each Python had an order of its own."""
    number, text, table = value[2]
    return [*value[:2], [number, text, dict(sorted(table.items()))], *value[3:]]


def twin(path):
    """The value of a file that Python 3 wrote with the same version of joblib, else with any."""
    version = path.name.split("_")[1]
    others = [other for other in FILES if not by_python2(other)]
    return loaded(next((other for other in others if other.name.split("_")[1] == version), others[0]))


@unittest.skipUnless(FILES, f"no test data of joblib in {DATA}")
class Legacy(unittest.TestCase):
    def setUp(self):
        self.folder = folder_for(self)

    def converted(self, sources, **how):
        targets = [self.folder / f"{number}.out" for number in range(len(sources))]
        answers = ask(convert(source, target, **how) for source, target in zip(sources, targets))
        for source, answer in zip(sources, answers):
            self.assertEqual(answer, ["ok"], source.name)
        return zip(sources, targets)

    def check_python2(self, encoding, as_python3):
        for source, target in self.converted([path for path in FILES if by_python2(path)], encoding=encoding):
            with self.assertRaises(ValueError, msg=source.name):
                loaded(source)
            self.assertTrue(same(in_order(as_python3(loaded(target))), in_order(twin(source))), source.name)

    def test_the_data_is_what_this_test_is_about(self):
        names = " ".join(path.name for path in FILES)
        for part in ("0.8.4", "0.9.2", "0.9.4", "0.10.0", "0.11.0", "py27", "py33", "py34", "py35", "py36"):
            self.assertIn(part, names)
        kinds = {path.suffix for path in FILES for path in companions_of(path)}
        self.assertEqual(kinds, {".npy", ".z"})

    def test_python3(self):
        for source, target in self.converted([path for path in FILES if not by_python2(path)]):
            self.assertTrue(same(loaded(target), loaded(source)), source.name)
            self.assertIsInstance(loaded(target)[4], np.matrix, source.name)

    def test_python2_as_latin1(self):
        # The fourth of the six is a str that held bytes; Python 3 wrote it as bytes.
        self.check_python2("latin1", lambda value: [*value[:3], value[3].encode("latin1"), *value[4:]])

    def test_python2_as_bytes(self):
        def with_texts(value):
            number, text, table = value[2]
            objects = [number, text.decode(), {key.decode(): count for key, count in table.items()}]
            return [*value[:2], objects, *value[3:]]

        self.check_python2("bytes", with_texts)

    def test_python2_as_ascii(self):
        files = [path for path in FILES if by_python2(path)]
        for path, answer in zip(files, ask(convert(path, self.folder / "out") for path in files)):
            self.assertEqual(answer[:2], ["error", "unsupported"], path.name)

    def test_files_that_lost_their_companions(self):
        lonely = [path for path in FILES if companions_of(path)]
        self.assertGreater(len(lonely), 3)
        questions = []
        for path in lonely:
            shutil.copy(path, self.folder / path.name)
            questions.append(convert(self.folder / path.name, self.folder / "out"))
        for path, answer in zip(lonely, ask(questions)):
            self.assertEqual(answer[:2], ["error", "not_found"], path.name)
        self.assertFalse((self.folder / "out").exists())

    def test_a_companion_of_more_than_one_window(self):
        grid = np.arange(300_000.0).reshape(500, 600).T
        source = DATA / "joblib_0.9.2_pickle_py34_np19.pkl"
        for path in [source, *companions_of(source)]:
            shutil.copy(path, self.folder / path.name)
        np.save(self.folder / f"{source.name}_01.npy", grid)
        (_, target), = self.converted([self.folder / source.name])
        self.assertTrue(same(loaded(target)[0], grid))


if __name__ == "__main__":
    unittest.main()
