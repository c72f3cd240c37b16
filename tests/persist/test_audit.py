"""The audit and Python: files of real libraries pass, and what passes for a harmless file elsewhere does not.

Each trick is run in Python first, where it must work: a trick that does nothing proves nothing.
"""
import copyreg
import gzip
import io
import pickle
import sys
import unittest
import warnings

from probing import ask, folder_for, hexed, joblib

try:
    import zoo
    import zoo_estimators
    import zoo_tables
except ImportError as missing:
    print(f"skipped: {missing}; apt-get install python3-sklearn python3-pandas python3-scipy")
    sys.exit(77)

# Animals that are dangerous to load as far as their files tell, by family.
DANGEROUS = {
    # Functions and enumerations of the standard library that nothing lists, and what reaches into any object.
    "standard_library": {"iterator", "enumerate", "nested_partial", "item_getter", "attribute_getter", "method_caller", "builtin",
                         "function", "method_of_builtin", "classmethod", "bound", "nested_class", "unbound", "math", "module_of_six",
                         "failure", "color", "color_text", "colors", "number", "flag", "int_flag", "re_flag", "pair", "typed_pair",
                         "settings", "frozen_settings", "slotted_settings", "enum_class"},
    "numpy": {"tagged"},  # a class of the test's own
    "pandas": {"pandas_grouped"},
    "scipy": {"frozen_distribution"},  # see test_distributions_of_scipy
    "estimators": {"RandomizedSearchCV", "TransformedTargetRegressor"},  # such a distribution; a function of the test's own
}


class Files(unittest.TestCase):
    def setUp(self):
        self.folder = folder_for(self)

    def write(self, name, content):
        (self.folder / name).write_bytes(content)
        return self.folder / name

    def audit(self, *contents):
        """For each content the verdict, the rule (or the kind of the error), and words."""
        files = [self.write(f"{number}.pkl", content) for number, content in enumerate(contents)]
        return [(answer[1], *answer[2:3], bytes.fromhex(answer[3]).decode(errors="replace") if len(answer) > 3 else "")
                for answer in ask(["audit", hexed(file)] for file in files)]


def pickled(value):
    """The files in which Python's libraries keep the value: what cannot be pickled in some protocol is not in that one."""
    for protocol in range(6):
        for dump in (pickle.dump, lambda value, target, protocol: joblib.dump(value, target, protocol=protocol),
                     lambda value, target, protocol: joblib.dump(value, target, compress=("gzip", 1), protocol=protocol)):
            target = io.BytesIO()
            try:
                dump(value, target, protocol)
            except Exception:  # whatever Python raises for it
                continue
            yield target.getvalue()


class RealObjects(Files):
    def check(self, family, animals):
        names, contents = [], []
        for name, animal in animals.items():
            files = list(pickled(animal.value))
            self.assertTrue(files, name)
            names += [name] * len(files)
            contents += files
        complaints = set()
        for name, verdict in zip(names, self.audit(*contents)):
            wanted = {"dangerous"} if name in DANGEROUS[family] else {"data_only", "known_libraries"}
            if verdict[0] not in wanted:
                complaints.add((name, *verdict))
        self.assertEqual(complaints, set())

    def test_standard_library(self):
        self.check("standard_library", zoo.standard_library())

    def test_numpy(self):
        self.check("numpy", zoo.numpy_objects(self.folder))

    def test_pandas(self):
        self.check("pandas", zoo_tables.tables())

    def test_scipy(self):
        self.check("scipy", zoo_tables.scipy_objects())

    def test_estimators(self):
        self.check("estimators", zoo_estimators.estimators())

    def test_own_classes_are_unknown(self):
        for name, animal in zoo.own_classes().items():
            for verdict in self.audit(*pickled(animal.value)):
                self.assertEqual(verdict[0], "dangerous", name)


CODE = "import sys; sys.larder_was_here = True"
RUN = b"cbuiltins\nexec\n(V" + CODE.encode() + b"\ntR0"  # opcodes that run it


def text(content):
    return b"\x8c" + bytes([len(content)]) + content.encode()


def wrapper(dtype, making=b")\x81"):
    """A NumpyArrayWrapper with one element of the dtype; the element itself follows."""
    state = b"}" + text("subclass") + b"cnumpy\nndarray\ns" + text("shape") + b"K\x01\x85s" + text("order") + text("C") + b"s"
    state += text("dtype") + b"cnumpy\ndtype\n(" + text(dtype) + b"K\x00K\x01tRs" + text("allow_mmap") + b"\x89s"
    return b"cjoblib.numpy_pickle\nNumpyArrayWrapper\n" + making + state + b"b"


class Tricks(Files):
    """Files that run code, each in its own way."""

    def check(self, content, load, rule=None):
        sys.larder_was_here = False
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                load(content)
            except Exception:  # what comes after the code ran is of no interest
                pass
        self.assertTrue(sys.larder_was_here, "the trick does not work in Python")
        for verdict in self.audit(content, gzip.compress(content)):
            self.assertIn(verdict[0], ("dangerous", "malformed"))
            if rule:
                self.assertEqual(verdict[:2], ("dangerous", rule))

    def by_joblib(self, content):
        joblib.load(io.BytesIO(content))

    def test_plain(self):
        self.check(RUN + b"N.", pickle.loads, "harmful")

    def test_distributions_of_scipy(self):
        import scipy.stats
        distribution = scipy.stats.norm(0, 1)
        distribution.dist._parse_arg_template = CODE
        self.check(pickle.dumps(distribution), pickle.loads, "harmful")

    def test_array_bytes_are_opcodes_to_pickle(self):
        content = b"\x80\x04" + wrapper(f"S{len(RUN)}") + RUN + b"."
        self.assertEqual(joblib.load(io.BytesIO(content)).item(), RUN)
        self.check(content, pickle.loads, "other-reading")

    def test_array_of_objects(self):
        self.check(b"\x80\x04" + wrapper("O8") + RUN + b"N..", self.by_joblib, "harmful")

    def test_wrappers_that_are_made_in_another_way(self):
        # joblib loads a nested pickle behind their states as well; larder does not take them for wrappers.
        self.check(b"\x80\x04" + wrapper("O8", b")}\x92") + RUN + b"N..", self.by_joblib)

    def test_second_state_of_a_wrapper(self):
        again = b"h\x09}" + text("dtype") + b"cnumpy\ndtype\n(" + text("O8") + b"K\x00K\x01tRsb"
        content = b"\x80\x04" + wrapper("u1", b")\x81q\x09") + b"x0" + again + RUN + b"N.N."
        self.check(content, self.by_joblib)

    def test_hook_in_a_state(self):
        target = b"\x80\x04ctypes\nSimpleNamespace\n)\x81}" + text("__setstate__") + b"cbuiltins\nexec\nsb" + text(CODE) + b"b."
        self.check(target, pickle.loads, "harmful")

    def test_extension_code(self):
        copyreg.add_extension("builtins", "exec", 240)
        self.addCleanup(copyreg.remove_extension, "builtins", "exec", 240)
        self.check(b"\x80\x02\x82\xf0(V" + CODE.encode() + b"\ntR.", pickle.loads, "extension-code")

    def test_memo_in_disorder(self):
        names = text("builtins") + b"q\x000" + text("exec") + b"q\x010" + text("math") + b"\x940" + text("sqrt") + b"\x940"
        self.check(b"\x80\x04" + names + b"h\x00h\x01\x93" + text(CODE) + b"\x85R.", pickle.loads, "harmful")

    def test_behind_the_first_object(self):
        def load_two(content):
            file = io.BytesIO(content)
            pickle.load(file)
            pickle.load(file)
        self.check(b"N." + RUN + b"N.", load_two, "harmful")

    def test_before_the_damage(self):
        self.check(RUN + b"\xff", pickle.loads)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    unittest.main(warnings="ignore")
