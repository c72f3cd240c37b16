"""The zoo through larder: objects of real libraries, in every protocol, from and to pickles and joblib files.

What larder writes, Python must load as an object equal to the one that it loads from its own file: pickled again, both give the
same bytes (types, state, sharing), and both do the same (predictions, comparisons). Unedited and in the same format and protocol,
larder's file is the very same bytes as Python's.
"""
import io
import pickle
import sys
import unittest
import warnings

from probing import ask, convert, folder_for, joblib

try:
    import zoo
    import zoo_estimators
    import zoo_tables
except ImportError as missing:
    print(f"skipped: {missing}; apt-get install python3-sklearn python3-pandas python3-scipy")
    sys.exit(77)

# Python itself cannot pickle these so: slots before protocol 2, and what C types forbid.
UNPICKLED = {name: {0, 1} for name in ("slots", "slots_dict", "partly", "vectors", "word2vec", "many_in_one", "tree", "interpolation")}

# From, to, protocols.
ROUTES = [("pickle", "joblib", range(2, 6))]


def written(value, file_format, protocol):
    target = io.BytesIO()
    if file_format == "pickle":
        pickle.dump(value, target, protocol)
    else:
        joblib.dump(value, target, protocol=protocol)
    return target.getvalue()


def loaded(file_format, data):
    return pickle.loads(data) if file_format == "pickle" else joblib.load(io.BytesIO(data))


def fingerprint(value):
    return pickle.dumps(value, 4)


class Visit(unittest.TestCase):
    """One family of animals through all formats and protocols."""

    def setUp(self):
        self.folder = folder_for(self)
        self.complaints = {}

    def tearDown(self):
        lines = [f"{name}: {route} at protocols {protocols}: {complaint}" for (name, route, complaint), protocols in self.complaints.items()]
        if lines:
            self.fail("\n".join(["", *lines[:100], f"{len(lines)} complaints"]))

    def complain(self, name, source, target, protocol, complaint):
        self.complaints.setdefault((name, f"{source} to {target}", complaint), []).append(protocol)

    def visit(self, animals, compare_bytes=True):
        for source, target, protocols in ROUTES:
            for protocol in protocols:
                here = {name: animal for name, animal in animals.items() if protocol not in UNPICKLED.get(name, ())}
                originals = {name: written(animal.value, source, protocol) for name, animal in here.items()}
                self.through(here, originals, source, target, protocol, compare_bytes)

    def through(self, animals, originals, source, target, protocol, compare_bytes):
        questions = []
        for number, data in enumerate(originals.values()):
            (self.folder / f"{number}.in").write_bytes(data)
            questions.append(convert(self.folder / f"{number}.in", self.folder / f"{number}.out", protocol=protocol, file_format=target))
        for number, (name, answer) in enumerate(zip(originals, ask(questions))):
            if answer != ["ok"]:
                self.complain(name, source, target, protocol, " ".join(answer)[:300])
                continue
            data = (self.folder / f"{number}.out").read_bytes()
            if source == target and data == originals[name]:
                continue
            if complaint := self.difference(animals[name], source, originals[name], target, data):
                self.complain(name, source, target, protocol, complaint)
            elif source == target and compare_bytes:
                self.complain(name, source, target, protocol, "equal, but not identical")

    def difference(self, animal, source, original, target, data):
        try:
            found = loaded(target, data)
        except Exception as error:  # whatever a wrong pickle makes Python raise
            return f"Python raises {error!r}"
        wanted = loaded(source, original)
        if fingerprint(found) != fingerprint(wanted):
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
