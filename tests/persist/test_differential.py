"""Random pickles, valid and damaged, to CPython and to larder: both load an equal value, or both refuse.

CPython loads with classes that only record (inert.py), so that objects are compared by how they are made and all that happens to
them. What larder loads, it writes, and CPython loads that.

    CASES=1000000 SEED=7 python3 test_differential.py PROBE      more cases, others (tools/differential.sh)

The differences that are meant are PERMISSIONS and REFUSALS, each with its reason.
"""
import itertools
import os
import pickle
import resource
import sys
import unittest
import warnings

import inert
from probing import ask, hexed, same
from random_pickles import every_opcode_with_every_argument, random_pickles

SEED = int(os.environ.get("SEED", 20240607))
CASES = int(os.environ.get("CASES", 10000))
ENCODINGS = ("ASCII", "latin1", "bytes")
BUFFERS = (b"read only", bytearray(b"writable"), b"")

# Errors of CPython where larder may load the pickle: it keeps what only the application can judge.
PERMISSIONS = {
    "unregistered extension code": "which codes there are is the application's matter",
    "Recorded.": "an extension code may stand for an object: here it is a class, that has no state and no items",
    "'Recorder' object does not support": "as above",
    "no such name": "larder looks no name up",
    "expected at most": "a class of plain data that is called by another opcode than REDUCE stays data: set by INST, say",
    "'frozenset' object has no attribute": "as above, by NEWOBJ",
    "class argument must be a type": "the result of a call may be a class",
}

# What Python 2 called so, no pickle below protocol 3 can say of Python 3.
PYTHON2_NAMES = (b"__builtin__", b"copy_reg")

# What larder's errors say where CPython may load the pickle.
REFUSALS = {
    "is in no format": "a stream without PROTO that does not start as protocols 0 and 1 start is in no format",
    "frame": "FRAME must hold whole opcodes, and its bytes must be used up; CPython's C code only checks that they exist",
    "cannot set an item of a list": "SETITEM on plain data that is no dict: no pickler writes this",
    "cannot set an item of a bytearray": "as above",
    "cannot append to a bytearray": "as above",
    "cannot set the state of a": "BUILD of None on plain data: no pickler writes this",
    "with these arguments is not plain data": "bytearray(5), set('ab'), complex(1) would be calls, not another spelling of data",
    "is no name of a global": "a line that goes on behind its frame: CPython's C code reads its second part only",
    "is not ASCII": "as above",
    "bad \\u escape": "as above",
    "cannot hold a name with a newline": "names from STACK_GLOBAL that GLOBAL cannot say",
    "persistent ids that are one line": "protocol 0 holds no others; CPython's pickler refuses them, too",
    "is no integer": "underscores, 0b and 0o in INT and LONG",
    "is no float": "text behind a NUL",
    "is no memo index": "spaces and signs in memo indices",
}


class Case:
    def __init__(self, number, stream, intact):
        self.stream = stream
        self.intact = intact
        self.encoding = ENCODINGS[number % 3]
        # Two references to one buffer are no pickler's, and larder writes its bytes twice: damaged pickles get no writable ones.
        self.buffers = [buffer if intact else bytes(buffer) for buffer in BUFFERS[:number % 4]]
        self.protocol = number % 6
        if any(name in stream for name in PYTHON2_NAMES):
            self.protocol = max(self.protocol, 3)

    def question(self):
        buffers = ",".join(("w" if isinstance(buffer, bytearray) else "r") + buffer.hex() for buffer in self.buffers)
        return ["pickle", hexed(self.stream), str(self.protocol), self.encoding, buffers or "-"]

    def outcomes(self):
        """What CPython does: (value, None) or (None, error); twice where the names of a pickle may be Python 2's or not."""
        first = self.stream[:1] != b"\x80" or self.stream[1:2] < b"\x03"
        for python2_names in [first] if self.stream.count(b"\x80") < 2 else [first, not first]:
            yield self.outcome(python2_names)

    def outcome(self, python2_names):
        try:
            buffers = [type(buffer)(buffer) for buffer in self.buffers]
            return inert.load(self.stream, python2_names, encoding=self.encoding, buffers=buffers), None
        except Exception as error:  # whatever a damaged pickle makes CPython raise
            return None, error

    def complaint(self, ours):
        """What is wrong with larder's answer, a pickle or its error as text; nothing if it is right."""
        complaints = [self.compared(ours, *outcome) for outcome in self.outcomes()]
        return None if None in complaints else complaints[0]

    def compared(self, ours, value, error):
        if isinstance(error, MemoryError):  # larder needs less
            return None
        if any(text in str(error) for text in PERMISSIONS):
            return None
        if error is not None:
            return f"CPython raises {error!r}, larder loads it" if isinstance(ours, bytes) else None
        if not isinstance(ours, bytes):
            return None if any(text in ours for text in REFUSALS) else f"CPython loads it, larder says {ours}"
        try:
            again = inert.load(ours)
        except Exception as wrong:  # whatever larder's pickle makes CPython raise
            return f"larder writes {ours!r}: {wrong!r}"
        if not self.intact:
            inert.forget_what_no_pickler_writes(again, value)
        return None if same(again, value) else f"larder writes {ours!r}: another value"


def larder_answers(cases):
    """The pickle that larder writes for each, or its error as text."""
    for answer in ask(case.question() for case in cases):
        yield bytes.fromhex(answer[1]) if answer[0] == "ok" else " ".join(answer)


def in_portions(cases):
    """Lists of a size that fits the memory of both programs."""
    while portion := list(itertools.islice(cases, 10000)):
        yield portion


class Differential(unittest.TestCase):
    def check(self, pickles, least_loaded):
        print("seed", SEED)
        total = loaded = 0
        complaints = []
        for portion in in_portions(Case(number, *pickled) for number, pickled in enumerate(pickles)):
            for case, ours in zip(portion, larder_answers(portion)):
                loaded += isinstance(ours, bytes)
                if complaint := case.complaint(ours):
                    complaints.append(f"{case.encoding} {len(case.buffers)} buffers {case.stream!r}: {complaint}")
            total += len(portion)
        print(f"{total} pickles, larder loads {loaded}")
        shown = sorted(complaints, key=len)[:40]
        self.assertEqual(complaints, [], "\n" + "\n".join(shown) + f"\n{len(complaints)} in all")
        self.assertGreater(loaded, least_loaded * total)

    def test_every_opcode_with_every_argument(self):
        self.check(every_opcode_with_every_argument(), 0.05)

    def test_random_pickles(self):
        self.check(itertools.islice(random_pickles(SEED), CASES), 0.25)


if __name__ == "__main__":
    # A memo index of 2^31 would make CPython allocate gigabytes.
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, resource.getrlimit(resource.RLIMIT_AS)[1]))
    # CPython complains there of memory views that a damaged pickle left behind; unittest reports failures itself.
    sys.excepthook = lambda *_: None
    sys.unraisablehook = lambda *_: None
    warnings.simplefilter("ignore")
    unittest.main(warnings="ignore")
