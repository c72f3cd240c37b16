"""The zoo through larder: objects of real libraries, in every protocol, from and to pickles and joblib files.

What larder writes, Python must load as an object equal to the one that it loads from its own file (from one format to the other: once
it dumped and loaded both there): pickled again, both give the same bytes (types, state, sharing), and both do the same (predictions,
say). Unedited and in the same format and protocol, larder's file is the very same bytes as Python's: no case is only equal.
"""
import io
import pickle
import sys
import unittest
import warnings

import numpy as np

from probing import ask, convert, folder_for, has_gaps, joblib

try:
    import zoo
    import zoo_estimators
    import zoo_tables
except ImportError as missing:
    print(f"skipped: {missing}; apt-get install python3-sklearn python3-pandas python3-scipy")
    sys.exit(77)

FORMATS = ("pickle", "joblib")

# Python itself cannot pickle these so: slots before protocol 2, and what C types forbid.
UNPICKLED = {name: {0, 1} for name in ("slots", "slots_dict", "partly", "vectors", "word2vec", "many_in_one", "tree", "interpolation")}

# joblib.load makes the byte order native; larder keeps it.
CHANGED_BY_JOBLIB = {"swapped"}


def written(value, file_format, protocol):
    target = io.BytesIO()
    if file_format == "pickle":
        pickle.dump(value, target, protocol)
    else:
        joblib.dump(value, target, protocol=protocol)
    return target.getvalue()


def loaded(file_format, data):
    return pickle.loads(data) if file_format == "pickle" else joblib.load(io.BytesIO(data))


class Fingerprinter(pickle.Pickler):
    """dtypes_by_value: whether two arrays may have one dtype object or two equal ones; Python's loaders differ there."""

    def __init__(self, target, dtypes_by_value):
        super().__init__(target, 4)
        self.dtypes_by_value = dtypes_by_value

    def persistent_id(self, value):
        return f"{value!r} {value.metadata or None}" if self.dtypes_by_value and isinstance(value, np.dtype) else None

    def reducer_override(self, value):
        if isinstance(value, np.ndarray) and has_gaps(value.dtype):  # numpy keeps anything there
            return list, (value.tolist(),)
        return NotImplemented


def fingerprint(value, dtypes_by_value=False):
    """Bytes that are equal for equal values."""
    target = io.BytesIO()
    Fingerprinter(target, dtypes_by_value).dump(value)
    return target.getvalue()


class Visit(unittest.TestCase):
    """One family of animals through all formats and protocols."""
    identical = True  # whether bytes count

    def setUp(self):
        self.folder = folder_for(self)
        self.complaints = {}

    def tearDown(self):
        lines = [f"{name}: {route} at protocols {protocols}: {complaint}" for (name, route, complaint), protocols in
                 self.complaints.items()]
        if lines:
            self.fail("\n".join(["", *lines[:100], f"{len(lines)} complaints"]))

    def visit(self, animals):
        for protocol in range(6):
            here = {name: animal for name, animal in animals.items() if protocol not in UNPICKLED.get(name, ())}
            for source in FORMATS:
                originals = {name: written(animal.value, source, protocol) for name, animal in here.items()}
                for target in FORMATS:
                    self.through(here, originals, source, target, protocol)

    def through(self, animals, originals, source, target, protocol):
        questions = []
        for number, data in enumerate(originals.values()):
            (self.folder / f"{number}.in").write_bytes(data)
            questions.append(convert(self.folder / f"{number}.in", self.folder / f"{number}.out", protocol=protocol, file_format=target))
        for number, (name, answer) in enumerate(zip(originals, ask(questions))):
            if answer == ["ok"]:
                data = (self.folder / f"{number}.out").read_bytes()
                complaint = self.judgement(name, animals[name], source, originals[name], target, data, protocol)
            else:
                complaint = " ".join(answer)[:300]
            if complaint:
                self.complaints.setdefault((name, f"{source} to {target}", complaint), []).append(protocol)

    def judgement(self, name, animal, source, original, target, data, protocol):
        """What is wrong with the file that larder made, if anything."""
        if (source == target and data == original) or (source != target and name in CHANGED_BY_JOBLIB):
            return None
        if complaint := self.difference(animal, source, original, target, data, protocol):
            return complaint
        return "equal, but not identical" if source == target and self.identical else None

    def difference(self, animal, source, original, target, data, protocol):
        try:
            found = loaded(target, data)
        except Exception as error:  # whatever a wrong pickle makes Python raise
            return f"Python raises {error!r}"
        wanted = loaded(source, original)
        if source != target:
            found, wanted = [loaded(target, written(value, target, protocol)) for value in (found, wanted)]
        if fingerprint(found, source != target) != fingerprint(wanted, source != target):
            return "not equal"
        if fingerprint(animal.behaviour(found)) != fingerprint(animal.behaviour(wanted)):
            return "behaves differently"
        return None


class StandardLibrary(Visit):
    def test(self):
        self.visit(zoo.standard_library())


class OwnClasses(Visit):
    def test(self):
        self.visit(zoo.own_classes())


class Numpy(Visit):
    def test(self):
        self.visit(zoo.numpy_objects(self.folder))


class Pandas(Visit):
    def test(self):
        self.visit(zoo_tables.tables())


class Scipy(Visit):
    def test(self):
        self.visit(zoo_tables.scipy_objects())


class Estimators(Visit):
    def test(self):
        self.visit(zoo_estimators.estimators())


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    unittest.main(warnings="ignore")
