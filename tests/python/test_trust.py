#!/usr/bin/python3
"""larder.load(trust=...) and larder.audit: nothing that was not allowed is ever imported or called."""

import collections
import datetime
import fractions
import io
import math
import os
import pickle
import subprocess
import sys
import tempfile
import unittest

import joblib
import numpy

import larder

MODULE = "larder_test_tripwire"  # what must never be imported
TRIPWIRE = "raise SystemExit('imported')\n"


class Reduced:
    """Pickles as a call of any function."""

    def __init__(self, function, *arguments):
        self.parts = function, arguments

    def __reduce__(self):
        return self.parts


def pickled(value, protocol=4):
    return io.BytesIO(pickle.dumps(value, protocol))


def named(module, name, protocol=4):
    """A pickle that is a reference to a class or function."""
    if protocol < 4:
        return io.BytesIO(b"\x80\x02c" + f"{module}\n{name}\n.".encode())
    parts = b"".join(b"\x8c" + bytes([len(text)]) + text.encode() for text in (module, name))
    return io.BytesIO(b"\x80\x04" + parts + b"\x93.")


class Plain(unittest.TestCase):
    def plain(self, value):
        return larder.load(pickled(value), trust=False)

    def test_values_come_back_equal(self):
        values = [None, True, -5, 2**80, -(2**64), 1.5, 2 - 3j, "text", "\ud800", "\u20ac" * 50, b"bytes", b"x" * 100, [1, [2]], (1, ("x",)), (),
                  {"a": {1: 2.0}, (1, 2): None, 2**70: b"", frozenset([1]): 0}, {1, "x"}, frozenset({(1, 2), "y"}),
                  collections.OrderedDict([("b", 1), ("a", [2])]), numpy.float32(1.5), numpy.int64(7), numpy.datetime64("2020-01-01")]
        for protocol in range(2, 6):
            loaded = larder.load(pickled(values, protocol), trust=False)
            self.assertEqual(loaded, values)
            self.assertEqual([type(one) for one in loaded], [type(one) for one in values])
        self.assertTrue(math.isnan(self.plain(math.nan)))
        self.assertEqual(self.plain(bytearray(b"b")), bytearray(b"b"))

    def test_arrays(self):
        structure = numpy.dtype([("a", "i4"), ("b", "f8", (2,))])
        for array in (numpy.arange(6.0).reshape(2, 3), numpy.asfortranarray(numpy.eye(2)), numpy.array(5), numpy.zeros((0, 2)),
                      numpy.array(["ab", "c"]), numpy.zeros(2, structure), numpy.array(["2020"], "M8[D]"), numpy.arange(3, dtype=">i2")):
            for write in (joblib.dump, lambda value, file: pickle.dump(value, file), lambda value, file: numpy.save(file, value)):
                file = io.BytesIO()
                write(array, file)
                file.seek(0)
                loaded = larder.load(file, trust=False)
                self.assertIs(type(loaded), numpy.ndarray)
                self.assertEqual((loaded.dtype.newbyteorder("="), loaded.shape), (array.dtype.newbyteorder("="), array.shape))
                self.assertEqual(repr(loaded.tolist()), repr(array.tolist()))
                loaded.flat = 0 if array.dtype.kind in "fi" else loaded.flat  # they can be written to
        objects = numpy.array([[1, "a"], [None, numpy.arange(2)]], dtype=object)
        loaded = self.plain(objects)
        self.assertEqual((loaded.dtype, loaded.shape, loaded[0].tolist(), loaded[1, 1].tolist()), (objects.dtype, (2, 2), [1, "a"], [0, 1]))
        self.assertEqual(self.plain(numpy.dtype("<M8[ns]")), numpy.dtype("M8[ns]"))

    def test_what_was_shared_stays_shared(self):
        shared = [1]
        loop = [shared, shared]
        loop.append(loop)
        loaded = self.plain(loop)
        self.assertIs(loaded[0], loaded[1])
        self.assertIs(loaded[2], loaded)
        inside = ([],)
        inside[0].append(inside)
        loaded = self.plain(inside)
        self.assertIs(loaded[0][0], loaded)
        holder = numpy.empty((2, 1), dtype=object)
        holder[0, 0], holder[1, 0] = [holder], numpy.array(5)
        loaded = self.plain(holder)
        self.assertIs(loaded[0, 0][0], loaded)
        self.assertIs(type(loaded[1, 0]), numpy.ndarray)
        array = numpy.arange(3)
        loaded = self.plain([array, array])
        self.assertIs(loaded[0], loaded[1])

    def test_depth_costs_nothing(self):
        deep = []
        for _ in range(100_000):
            deep = [deep]
        file = io.BytesIO(b"\x80\x04" + b"]" * 100_000 + b"a" * 99_999 + b".")
        loaded, depth = larder.load(file, trust=False), 0
        while loaded:
            loaded, depth = loaded[0], depth + 1
        self.assertEqual(depth, 99_999)
        while deep:
            deep = deep[0]

    def test_objects_are_kept_as_their_parts(self):
        loaded = self.plain({"f": fractions.Fraction(1, 3), "c": datetime.date, "r": Reduced(os.getpid)})
        self.assertEqual(loaded["c"], larder.Global("datetime", "date"))
        self.assertEqual((loaded["f"].class_name, loaded["f"].arguments), ("fractions.Fraction", (1, 3)) if sys.version_info >= (3, 12) else
                         (loaded["f"].class_name, loaded["f"].arguments))
        self.assertEqual((loaded["r"].callable.name, loaded["r"].arguments, loaded["r"].form), ("getpid", (), "reduce"))
        self.assertEqual(larder.load(named(MODULE, "x"), trust=False), larder.Global(MODULE, "x"))

    def test_a_model_without_its_library(self):
        from sklearn.linear_model import LinearRegression

        model = LinearRegression().fit([[0.0], [1.0]], [0.0, 2.0])
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model.joblib")
            larder.dump(model, path)
            program = (
                "import sys, larder; model = larder.load(sys.argv[1], trust=False); "
                "print(model.class_name, model.attributes()['coef_'][0].round(6), 'sklearn' in sys.modules)"
            )
            output = subprocess.run([sys.executable, "-c", program, path], stdout=subprocess.PIPE, check=True, text=True).stdout
        self.assertEqual(output.split(), ["sklearn.linear_model._base.LinearRegression", "2.0", "False"])

    def test_other_formats(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "array.npy")
            numpy.save(path, numpy.arange(4))
            for trust in (True, False):
                self.assertEqual(larder.load(path, trust=trust).tolist(), [0, 1, 2, 3])
            mapped = larder.load(path, mmap_mode="r", trust=False)
            self.assertFalse(mapped.flags.writeable)
            self.assertEqual(mapped.tolist(), [0, 1, 2, 3])


class Allowed(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        with open(os.path.join(self.folder.name, MODULE + ".py"), "w", encoding="utf-8") as file:
            file.write(TRIPWIRE)
        sys.path.insert(0, self.folder.name)

    def tearDown(self):
        sys.path.remove(self.folder.name)
        self.folder.cleanup()

    def refuse(self, file, trust, pattern="not trusted"):
        with self.assertRaisesRegex(larder.UnsafeReferenceError, pattern):
            larder.load(file, trust=trust)
        self.assertNotIn(MODULE, sys.modules)

    def test_by_name(self):
        value = {"half": fractions.Fraction(1, 2), "array": numpy.arange(3), "objects": numpy.array([None, 1], dtype=object), "f": numpy.float64(2)}
        file = io.BytesIO()
        larder.dump(value, file)
        for trust in (["fractions.Fraction"], ["fractions.*"], "fract*", ["x.*", "*"]):
            file.seek(0)
            self.assertEqual(larder.load(file, trust=trust)["half"], value["half"])
        file.seek(0)
        self.refuse(file, [], "fractions.Fraction")
        file.seek(0)
        self.refuse(file, ["numpy.*"])

    def test_of_a_library(self):
        from sklearn.ensemble import RandomForestClassifier

        model = RandomForestClassifier(3, random_state=0).fit([[0.0], [1.0]], [0, 1])
        file = io.BytesIO()
        larder.dump(model, file, compress=3)
        file.seek(0)
        self.assertEqual(larder.load(file, trust=["sklearn.*"]).predict([[1.0]]).tolist(), [1])
        file.seek(0)
        self.refuse(file, ["xgboost.*"], "sklearn")

    def test_nothing_else(self):
        self.refuse(named(MODULE, "x"), [])
        self.refuse(named("os", "system"), ["*"])
        self.refuse(named("fractions", "sys.modules"), ["fractions.*"])
        self.refuse(named("fractions", "Decimal"), ["fractions.*"], "decimal.Decimal|_decimal|really")
        self.refuse(named("fractions", "sys"), ["fractions.*"], "really")
        self.refuse(named("fractions", "re", protocol=2), ["fractions.*"], "really")
        self.refuse(pickled(Reduced(os.getpid)), ["fractions.*"])
        self.refuse(pickled([Reduced(eval, "1")]), ["builtins.*"])
        self.assertEqual(larder.load(named("fractions", "Fraction"), trust=["fractions.*"]), fractions.Fraction)
        self.assertEqual(larder.load(pickled([Reduced(eval, "1 + 1")]), trust=["builtins.eval"]), [2])

    def test_nothing_unseen(self):
        content = pickle.dumps(fractions.Fraction(1, 2))
        self.refuse(io.BytesIO(content[:-1]), ["*"], "cannot be read to its end")
        self.refuse(io.BytesIO(content + pickle.dumps(Reduced(os.getpid))), ["fractions.*"])


class Audited(unittest.TestCase):
    def test_reports(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "value.joblib.gz")
            larder.dump({"a": numpy.arange(3), "r": Reduced(os.system, "true")}, path)
            report = larder.audit(path)
        self.assertEqual((report.verdict, report.codecs, report.formats, report.error), ("dangerous", ["gzip"], ["joblib"], None))
        self.assertIn("posix.system", report.names)
        finding = next(one for one in report.findings if one.verdict == "dangerous")
        self.assertEqual((finding.kind, finding.name, finding.rule), ("import", "posix.system", "harmful"))
        self.assertEqual(larder.audit(pickled([1, 2])).verdict, "data_only")
        broken = larder.audit(io.BytesIO(pickle.dumps([1, 2])[:-2]))
        self.assertEqual((broken.verdict, type(broken.error)), ("malformed", larder.TruncatedError))
        with self.assertRaises(FileNotFoundError):
            larder.audit(os.path.join(folder, "absent"))


if __name__ == "__main__":
    unittest.main()
