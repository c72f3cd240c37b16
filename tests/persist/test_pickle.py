"""Plain data in pickles by CPython's C and Python picklers, in every protocol: larder and CPython must agree."""
import io
import pickle
import random
import unittest

import numpy as np

from probing import ask, convert, folder_for, hexed, same
from python_objects import plain, random_object

SEED = 20240607


def larder_pickles(streams, protocol=4):
    """What larder makes of each pickle: the pickle it writes, or its error as text."""
    for answer in ask(["pickle", hexed(stream), str(protocol), "ASCII", "-"] for stream in streams):
        yield bytes.fromhex(answer[1]) if answer[0] == "ok" else " ".join(answer)


def python_pickle(value, protocol):
    target = io.BytesIO()
    pickle._Pickler(target, protocol).dump(value)
    return target.getvalue()


class Picklers(unittest.TestCase):
    def check(self, name, value, streams):
        for stream, written in zip(streams, larder_pickles(streams)):
            self.assertIsInstance(written, bytes, (name, stream[:100], written))
            self.assertTrue(same(pickle.loads(written), value), (name, stream[:100], written[:100]))

    def test_every_plain_object_of_both_picklers_in_every_protocol(self):
        for name, value in plain().items():
            self.check(name, value, [dumps(value, protocol) for dumps in (pickle.dumps, python_pickle) for protocol in range(6)])

    def test_random_graphs(self):
        for number in range(150):
            value = random_object(random.Random(SEED + number), 40, with_arrays=False)
            self.check(number, value, [pickle.dumps(value, protocol) for protocol in range(6)])

    def test_what_larder_writes_is_what_the_c_pickler_writes(self):
        for name, value in plain().items():
            for protocol in range(6):
                wanted = pickle.dumps(value, protocol)
                written, = larder_pickles([wanted], protocol)
                self.assertEqual(written, wanted, (name, protocol))


class OldDtype:
    """A dtype whose state is laid out as in an old numpy, which the newest numpy still reads."""

    def __init__(self, code, state):
        self.reduced = (np.dtype, (code, 0, 1), state)

    def __reduce__(self):
        return self.reduced


class OldArray:
    def __init__(self, dtype, data):
        self.reduced = (np.core.multiarray._reconstruct, (np.ndarray, (0,), b"b"), (1, (2,), dtype, False, data))

    def __reduce__(self):
        return self.reduced


class OldNumpy(unittest.TestCase):
    FIELDS = {"a": (np.dtype("i4"), 0), "b": (np.dtype("f8"), 4), -1: ("a", "b")}
    STATES = [("i4", (">", None, None, -1, -1)), ("i4", (1, ">", None, None, -1, -1)), ("i4", (2, ">", None, None, None, -1, -1)),
              ("V12", ("|", None, FIELDS, 12, 1)), ("V12", (1, "|", None, FIELDS, 12, 1))]

    def test_every_layout_of_the_state_of_a_dtype(self):
        folder = folder_for(self)
        for number, (code, state) in enumerate(self.STATES):
            source, target = folder / f"{number}.pkl", folder / f"{number}.npy"
            source.write_bytes(pickle.dumps(OldArray(OldDtype(code, state), bytes(range(24 if code == "V12" else 8))), 2))
            answer, = ask([convert(source, target, file_format="npy")])
            self.assertEqual(answer, ["ok"], state)
            wanted = pickle.loads(source.read_bytes())
            self.assertEqual(np.load(target).tolist(), wanted.tolist(), state)


if __name__ == "__main__":
    unittest.main()
