"""Pickles by CPython's C and Python picklers, and thousands of damaged ones: larder and CPython must agree.

Differences that are meant, each with its reason; the differential test allows these and no others:
  kept        what needs an import or the application (other globals, persistent ids, extension codes, calls with arguments
              that are not plain data where the class is not one of larder's) stays data; CPython raises or calls
  detection   a stream without PROTO that does not start as protocols 0 and 1 start is in no format
  frames      FRAME must hold whole opcodes, and its bytes must be used up; CPython's C code only checks that they exist
  items       SETITEM on a list or bytearray, APPEND to a bytearray, BUILD of None on plain data: no pickler writes these
  calls       bytearray(5), set("ab"), complex(1) and others would be calls, not another spelling of data
  numbers     underscores, 0b and 0o in INT and LONG, spaces and signs in memo indices
  buffers     READONLY_BUFFER on bytes
  memory      memo indices that make CPython run out of memory
"""
import codecs
import io
import pickle
import pickletools
import random
import resource
import sys
import unittest

from probing import ask, hexed, same
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


class NotPlain(Exception):
    """The pickle refers to something that is not plain data."""


class PlainUnpickler(pickle.Unpickler):
    PLAIN = {("builtins", name): getattr(__builtins__, name) for name in ["set", "frozenset", "bytes", "bytearray", "complex"]}
    PLAIN["_codecs", "encode"] = codecs.encode

    def find_class(self, module, name):
        if (module, name) not in self.PLAIN:
            raise NotPlain(module, name)
        return self.PLAIN[module, name]

    def persistent_load(self, pid):
        raise NotPlain(pid)

    def get_extension(self, code):
        raise NotPlain(code)


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

    def test_what_larder_writes_is_what_the_python_pickler_writes(self):
        for name, value in plain().items():
            for protocol in range(2, 6):
                wanted = python_pickle(value, protocol)
                written, = larder_pickles([wanted], protocol)
                self.assertEqual(written, wanted, (name, protocol))


OPCODES = [opcode.code.encode("latin1") for opcode in pickletools.opcodes]
ARGUMENTS = [b"", b"", b"\x00", b"\x01", b"\x02ab", b"\x03\x00\x00\x00abc", b"0\n", b"1\n", b"01\n", b"12L\n", b"'ab'\n", b"1.5\n",
             b"\x01\x00", b"\x01\x00\x00\x00", b"\x02\x00\x00\x00\x00\x00\x00\x00ab", b"\xff", b"builtins\nset\n", b"\xff\xff\xff\xff",
             b"-5\n", b"\\u00e9\n", b" 7\n", b"nan\n", b"0x1f\n", b"010\n"]


def damaged(rng, stream, other):
    """One random change."""
    stream = bytearray(stream)
    at = rng.randrange(2 if stream[:1] == b"\x80" else 0, len(stream))
    kind = rng.randrange(7)
    if kind == 0:
        stream[at] ^= 1 << rng.randrange(8)
    elif kind == 1:
        stream[at] = rng.randrange(256)
    elif kind == 2:
        del stream[at:at + rng.randrange(1, 4)]
    elif kind == 3:
        stream[at:at] = rng.choice(OPCODES) + rng.choice(ARGUMENTS)
    elif kind == 4:
        stream[at:at + 1] = rng.choice(OPCODES)
    elif kind == 5:
        stream[at:at] = stream[rng.randrange(len(stream)):][:rng.randrange(1, 9)]
    else:
        start = rng.randrange(len(other))
        stream[at:at + 4] = other[start:start + rng.randrange(1, 12)]
    return bytes(stream)


def random_stream(rng):
    """Opcodes with arguments that often fit."""
    pushing = [b"N", b"K\x05", b"]", b"}", b")", b"(", b"\x8f", b"I1\n", b"I01\n", b"X\x01\x00\x00\x00a", b"C\x01b", b"\x94", b"q\x00", b"h\x00", b"2",
               b"a", b"s", b"e", b"u", b"t", b"l", b"d", b"\x85", b"\x86", b"\x87", b"\x90", b"\x91", b"0", b"1", b"G" + bytes(8)]
    body = b"".join(rng.choice(pushing) for _ in range(rng.randrange(1, 14)))
    return rng.choice([b"\x80\x04", b"\x80\x02"]) + body + b"."


def streams():
    rng = random.Random(SEED)
    whole = []
    for number in range(300):
        value = random_object(random.Random(SEED + number), 6, with_arrays=False)
        whole.append(pickle.dumps(value, number % 6))
    for _ in range(6000):
        stream = rng.choice(whole)
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            stream = damaged(rng, stream, rng.choice(whole)) or b"."
        yield stream
    for _ in range(3000):
        yield random_stream(rng)
    for code in OPCODES:
        for argument in ARGUMENTS:
            yield b"\x80\x02]q\x00(" + code + argument + b"."
            yield b"\x80\x02]q\x00K\x01" + code + argument + b"."


# Reasons of `larder: ...` errors where CPython loads the pickle, by what the message says.
ALLOWED_REFUSALS = {
    "is in no format": "detection", "frame": "frames", "cannot set an item of a list": "items", "cannot set an item of a bytearray": "items",
    "cannot append to a bytearray": "items", "cannot set the state of a": "items", "with these arguments is not plain data": "calls",
    "is no integer": "numbers", "is no memo index": "numbers", "out-of-band buffers": "buffers",
}


class Differential(unittest.TestCase):
    def python_outcome(self, stream):
        """(value, None), (None, error)."""
        try:
            return PlainUnpickler(io.BytesIO(stream)).load(), None
        except Exception as error:  # whatever a damaged pickle makes CPython raise
            return None, error

    def complaint(self, stream, ours):
        value, error = self.python_outcome(stream)
        if isinstance(error, (NotPlain, MemoryError)) or "extension code" in str(error):
            return None
        if error is not None:
            return f"CPython raises {error!r}, larder loads it" if isinstance(ours, bytes) else None
        if isinstance(ours, bytes):
            again, error = self.python_outcome(ours)
            return None if error is None and same(again, value) else f"CPython loads {value!r}, larder {again!r} {error!r}"
        return None if any(text in ours for text in ALLOWED_REFUSALS) else f"CPython loads {value!r}, larder says {ours}"

    def test_damaged_pickles(self):
        print("seed", SEED)
        todo = list(dict.fromkeys(streams()))
        self.assertGreater(len(todo), 10000)
        loaded = 0
        complaints = []
        for stream, ours in zip(todo, larder_pickles(todo)):
            loaded += isinstance(ours, bytes)
            if complaint := self.complaint(stream, ours):
                complaints.append(f"{stream!r}: {complaint}")
        print(f"{len(todo)} pickles, larder loads {loaded}")
        self.assertGreater(loaded, 800)
        self.assertEqual(complaints, [], "\n" + "\n".join(complaints[:40]) + f"\n{len(complaints)} in all")


if __name__ == "__main__":
    # A memo index of 2^31 would make CPython allocate gigabytes.
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, resource.getrlimit(resource.RLIMIT_AS)[1]))
    # CPython complains there of memory views that a damaged pickle left behind; unittest reports failures itself.
    sys.excepthook = lambda *_: None
    unittest.main()
