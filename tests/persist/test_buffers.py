"""Buffers beside a pickle, in both directions: pickle.dumps(buffer_callback=) and pickle.loads(buffers=) against larder's."""
import pickle
import unittest

import numpy as np

from probing import ask, hexed, same
from python_objects import arrays


def handed_out(value):
    """The pickle of protocol 5, and its buffers."""
    buffers = []
    return pickle.dumps(value, 5, buffer_callback=buffers.append), buffers


def listed(buffers):
    """Buffers as the probe takes them; "-" for none."""
    return ",".join(("r" if buffer.raw().readonly else "w") + buffer.raw().hex() for buffer in buffers) or "-"


def taken(text):
    """The buffers that the probe gave, as Python takes them: bytes, or bytearray where they are writable."""
    words = [] if text == "-" else text.split(",")
    return [(bytes if word[0] == "r" else bytearray)(bytes.fromhex(word[1:])) for word in words]


def native(array):
    """In this machine's byte order: numpy swaps the bytes of arrays that it did not pickle as buffers."""
    return array.astype(array.dtype.newbyteorder("="))


def stays_inside(value):
    """Whether numpy writes the elements into the pickle although there is a callback; larder hands these out."""
    return isinstance(value, np.ndarray) and not (value.flags.c_contiguous or value.flags.f_contiguous)


def frozen(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def values():
    grid = np.arange(12.0).reshape(3, 4)
    found = {
        "writable": grid, "read-only": frozen(grid), "fortran": np.asfortranarray(grid), "strided": grid[:, ::2],
        "empty": np.zeros((0, 3)), "scalar": np.array(5), "shared": [grid, grid], "view": [grid, grid[:1]],
        "mixed": {"a": grid, "text": ["x", "x"], "b": frozen(grid.astype(">i2")), "again": grid},
        "big": np.arange(100000), "bytes": pickle.PickleBuffer(b"larder"), "bytearray": pickle.PickleBuffer(bytearray(b"larder")),
        "no bytes": pickle.PickleBuffer(b""), "memory": [pickle.PickleBuffer(memoryview(b"larder")[2:4]), b"rd"],
        "same": [pickle.PickleBuffer(bytearray(b"ab"))] * 2, "object": np.array([1, "a", None], object), "time": np.zeros(3, "M8[s]"),
    }
    return {**found, **arrays()}


class Buffers(unittest.TestCase):
    def asked(self, questions):
        for answer in ask(questions):
            self.assertEqual(answer[0], "ok", " ".join(answer))
            yield bytes.fromhex(answer[1]), answer[2]

    def test_beside_and_beside_again(self):
        values_by_name = values()
        pickled = {name: handed_out(value) for name, value in values_by_name.items()}
        questions = (["loads", hexed(data), "5", listed(buffers), "beside"] for data, buffers in pickled.values())
        for (name, (data, buffers)), (written, beside) in zip(pickled.items(), self.asked(questions)):
            if stays_inside(values_by_name[name]):
                self.assertTrue(same(native(pickle.loads(written, buffers=taken(beside))), native(pickle.loads(data))), name)
            else:
                self.assertEqual(written, data, name)
                self.assertEqual(beside, listed(buffers), name)

    def test_beside_becomes_inside(self):
        pickled = {name: handed_out(value) for name, value in values().items()}
        for protocol in range(6):
            questions = (["loads", hexed(data), str(protocol), listed(buffers), "in"] for data, buffers in pickled.values())
            for (name, (data, buffers)), (written, beside) in zip(pickled.items(), self.asked(questions)):
                self.assertEqual(beside, "-", name)
                wanted = pickle.loads(data, buffers=taken(listed(buffers)))
                self.assertTrue(same(pickle.loads(written), wanted), (name, protocol))

    def test_inside_becomes_beside(self):
        inside = {name: value for name, value in values().items() if isinstance(value, np.ndarray)}
        for protocol in (2, 4, 5):
            pickled = {name: pickle.dumps(value, protocol) for name, value in inside.items()}
            questions = (["loads", hexed(data), "5", "-", "beside"] for data in pickled.values())
            for (name, data), (written, beside) in zip(pickled.items(), self.asked(questions)):
                self.assertTrue(same(native(pickle.loads(written, buffers=taken(beside))), native(pickle.loads(data))), (name, protocol))

    def test_arrays_go_beside_whatever_they_came_from(self):
        for protocol in (4, 5):
            (written, beside), = self.asked([["loads", hexed(pickle.dumps(np.arange(1000), protocol)), "5", "-", "beside"]])
            self.assertLess(len(written), 300)
            self.assertEqual(taken(beside), [bytearray(np.arange(1000).tobytes())])

    def test_whether_buffers_are_writable_survives(self):
        for value in (np.arange(5), frozen(np.arange(5))):
            data, buffers = handed_out(value)
            (written, beside), = self.asked([["loads", hexed(data), "5", listed(buffers), "beside"]])
            self.assertEqual(pickle.loads(written, buffers=taken(beside)).flags.writeable, value.flags.writeable)
            (written, _), = self.asked([["loads", hexed(data), "5", listed(buffers), "in"]])
            self.assertEqual(pickle.loads(written).flags.writeable, value.flags.writeable)

    def test_buffers_that_are_missing_or_do_not_fit(self):
        data, buffers = handed_out([np.arange(3), np.arange(4)])
        questions = {"unsupported": "-", "malformed": listed(buffers[:1]) + ",w00"}
        for (kind, given), answer in zip(questions.items(), ask(["loads", hexed(data), "5", given, "in"] for given in questions.values())):
            self.assertEqual(answer[:2], ["error", kind])
        few, = ask([["loads", hexed(data), "5", listed(buffers[:1]), "in"]])
        self.assertEqual(few[:2], ["error", "malformed"])
        with_old_protocol, = ask([["loads", hexed(data), "4", listed(buffers), "beside"]])
        self.assertEqual(with_old_protocol[:2], ["error", "usage"])


if __name__ == "__main__":
    unittest.main()
