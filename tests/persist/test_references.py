"""What only an application can resolve, persistent ids and extension codes, and the text protocols: larder writes what CPython writes."""
import copyreg
import io
import pickle
import random
import unittest

import numpy as np

from probing import ask, hexed, same
from python_objects import plain, random_object

SEED = 20241122


def rewritten(pickles, protocol=None):
    """What larder writes for each pickle, at the same protocol: the second byte, or the one given."""
    questions = [["loads", hexed(data), str(data[1] if protocol is None else protocol), "-", "in"] for data in pickles]
    return [bytes.fromhex(answer[1]) if answer[0] == "ok" else " ".join(answer) for answer in ask(questions)]


class Row:
    def __init__(self, number):
        self.number = number


class WithRows(pickle.Pickler):
    def persistent_id(self, value):
        return f"row {value.number}" if isinstance(value, Row) else None


class WithPairs(pickle.Pickler):
    def persistent_id(self, value):
        return ("row", value.number) if isinstance(value, Row) else None


class RowLoader(pickle.Unpickler):
    def persistent_load(self, pid):
        return ("loaded", pid)


def with_ids(value, protocol, pickler):
    target = io.BytesIO()
    pickler(target, protocol).dump(value)
    return target.getvalue()


class PersistentIds(unittest.TestCase):
    def check(self, pickler, protocols):
        row = Row(1)
        for value in (row, [row, row], {"a": row, "b": [Row(2), (row,)]}, (Row(3),) * 5):
            for protocol in protocols:
                data = with_ids(value, protocol, pickler)
                self.assertEqual(rewritten([data], protocol), [data], (value, protocol))
                for other in protocols:
                    written, = rewritten([data], other)
                    self.assertEqual(RowLoader(io.BytesIO(written)).load(), RowLoader(io.BytesIO(data)).load())

    def test_texts(self):
        self.check(WithRows, range(6))

    def test_other_objects(self):
        self.check(WithPairs, range(1, 6))

    def test_what_protocol_0_cannot_hold(self):
        written, = rewritten([with_ids([Row(1)], 4, WithPairs)], 0)
        self.assertTrue(written.startswith("error unsupported "), written)


class Small:
    pass


class Middle:
    pass


class Large:
    pass


class Extensions(unittest.TestCase):
    CODES = {Small: 5, Middle: 300, Large: 70000}

    def setUp(self):
        for kind, code in self.CODES.items():
            copyreg.add_extension(__name__, kind.__name__, code)
            self.addCleanup(copyreg.remove_extension, __name__, kind.__name__, code)

    def test_codes_of_one_two_and_four_bytes(self):
        values = [Small, Middle, Large, [Small, Small], Small(), [Middle(), {"k": Large()}], (Large, [Middle, Small()])]
        for protocol in range(2, 6):
            pickles = [pickle.dumps(value, protocol) for value in values]
            self.assertTrue(all(code in b"".join(pickles) for code in (b"\x82\x05", b"\x83\x2c\x01", b"\x84\x70\x11\x01\x00")))
            for value, data, written in zip(values, pickles, rewritten(pickles, protocol)):
                self.assertEqual(written, data, (value, protocol))
        for kind in self.CODES:
            self.assertIs(pickle.loads(rewritten([pickle.dumps(kind, 2)], 4)[0]), kind)


class TextProtocols(unittest.TestCase):
    """Protocols 0 and 1, whose numbers and texts are written as text, or in other ways than later ones."""

    # Bytes are texts and a call there: more than one may share a text, which is not told (see test_pickle.py).
    WITHOUT = {"all_bytes", "no_bytes", "bytes3", "long_bytes", "array_of_bytes", "no_bytearray", "long_bytearray", "mixed_keys"}

    def values(self):
        return {name: value for name, value in plain().items() if name not in self.WITHOUT}

    def check(self, values, protocol):
        pickles = {name: pickle.dumps(value, protocol) for name, value in values.items()}
        for name, written in zip(pickles, rewritten(pickles.values(), protocol)):
            self.assertEqual(written, pickles[name], (name, protocol))

    def test_plain_objects(self):
        for protocol in (0, 1):
            self.check(self.values(), protocol)

    def test_bytes_too(self):
        for protocol in (0, 1, 2):
            pickles = [pickle.dumps(plain()[name], protocol) for name in sorted(self.WITHOUT)]
            self.assertEqual(rewritten(pickles, protocol), pickles, protocol)

    def test_floats_as_repr_writes_them(self):
        rng = random.Random(SEED)
        floats = [0.0, -0.0, 1.0, 1e16, 1e15, 123456789012345680.0, 1e22, 1e-4, 1e-5, 5e-324, 1.7976931348623157e308, 0.1, 1 / 3, float("inf"),
                  float("-inf"), float("nan"), 2.0**53, -1e100, 9007199254740993.0]
        floats += [rng.uniform(-1, 1) * 10.0 ** rng.randrange(-320, 300) for _ in range(2000)]
        self.check({str(number): number for number in floats}, 0)

    def test_integers_of_every_size(self):
        sizes = list(range(0, 70)) + [100, 1000, 10000]
        self.check({f"{sign}2**{size}{add:+}": sign * 2**size + add for size in sizes for sign in (1, -1) for add in (-1, 0, 1)}, 0)

    def test_texts_with_everything_to_escape(self):
        texts = ["\\", "\n", "\r", "\0", "\x1a", "\x7f", "\x80", "\xff", "Ā", "€", "\uffff", "😀", "\U0010ffff", "\ud800", "\\u0041", "\\\n\\", "é\n€\\😀", ""]
        for protocol in (0, 1):
            self.check({text: text for text in texts} | {"all": texts}, protocol)

    def test_random_graphs(self):
        print("seed", SEED)
        for protocol in (0, 1):
            values = [random_object(random.Random(SEED + number), 30, with_arrays=False) for number in range(60)]
            pickles = [pickle.dumps(value, protocol) for value in values]
            for data, written in zip(pickles, rewritten(pickles, protocol)):
                self.assertIsInstance(written, bytes, written)
                self.assertTrue(same(pickle.loads(written), pickle.loads(data)))

    def test_every_protocol_of_the_c_pickler(self):
        for protocol in range(2, 6):
            self.check(plain(), protocol)


class LoadsAndDumps(unittest.TestCase):
    def test_every_protocol_becomes_every_other(self):
        values = {**plain(), "arrays": [np.arange(5), np.arange(3, dtype=">f4"), np.array(7)]}
        for protocol in range(6):
            pickles = {name: pickle.dumps(value, protocol) for name, value in values.items()}
            for wanted in range(6):
                for (name, data), written in zip(pickles.items(), rewritten(pickles.values(), wanted)):
                    self.assertIsInstance(written, bytes, (name, written))
                    self.assertTrue(same(pickle.loads(written), pickle.loads(data)), (name, protocol, wanted))


if __name__ == "__main__":
    unittest.main()
