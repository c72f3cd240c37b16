"""Questions to larder, through the program persist_probe, and a comparison of Python values that knows cycles."""
import pathlib
import resource
import subprocess
import sys
import tempfile

try:
    import joblib  # noqa: F401
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}; apt-get install python3-joblib python3-numpy")
    sys.exit(77)

PROBE = sys.argv.pop(1)


def hexed(value):
    if isinstance(value, pathlib.Path):
        value = str(value)
    return (value.encode() if isinstance(value, str) else bytes(value)).hex() or "-"


def lift_limits():
    """A test may have bound its own memory; the program gets what is allowed at most."""
    most = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (most, most))


def ask(questions):
    """The answers to lists of words, each a list of words; all in one run of the program."""
    questions = list(questions)
    lines = "".join(" ".join(question) + "\n" for question in questions)
    done = subprocess.run([PROBE], input=lines, capture_output=True, text=True, errors="replace", check=False,
                          preexec_fn=lift_limits)
    # Not splitlines(): a message may hold what Unicode calls the end of a line.
    answers = [line.split(" ") for line in done.stdout.split("\n")[:-1]]
    if done.returncode != 0 or len(answers) != len(questions):
        question = questions[len(answers)] if len(answers) < len(questions) else None
        raise AssertionError(f"the probe ended with {done.returncode} at {question}: {done.stderr}")
    return answers


def expect_ok(test, questions):
    """Asks what is answered by "ok" alone."""
    questions = list(questions)
    for question, answer in zip(questions, ask(questions)):
        test.assertEqual(answer, ["ok"], question)


def folder_for(test):
    """A folder that vanishes after the test; in memory where there is one, for there will be thousands of small files."""
    memory = pathlib.Path("/dev/shm")
    folder = tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)
    test.addCleanup(folder.cleanup)
    return pathlib.Path(folder.name)


def convert(source, target, compress="none", protocol=4, file_format="joblib", encoding="ASCII"):
    """The question that loads a file and dumps it to another."""
    return ["convert", hexed(source), hexed(target), hexed(compress), str(protocol), hexed(file_format), encoding]


def has_gaps(dtype):
    """Whether elements have bytes that belong to no field: numpy keeps anything there."""
    return dtype.names is not None and sum(dtype[name].itemsize for name in dtype.names) != dtype.itemsize


def array_tokens(array):
    yield ("array", array.dtype.str, repr(array.dtype), array.shape)
    if array.dtype.hasobject:
        yield from tokens(array.tolist())
    elif has_gaps(array.dtype):
        yield repr(array.tolist())
    else:
        yield array.tobytes()


def tokens(root, met=None):
    """A flat description that is equal for equal values: types, contents, and which containers are one object.

    An object tells its parts by `recorded_parts`. `met` are the containers around the root, by id."""
    met = dict(met or {})
    waiting = [root]
    while waiting:
        value = waiting.pop()
        kind = type(value)
        if isinstance(value, np.ndarray):
            yield from array_tokens(value)
            continue
        if kind is memoryview:  # a buffer made read-only
            value, kind = bytes(value), bytes
        parts = getattr(kind, "recorded_parts", None)
        if not parts and (kind not in (list, tuple, dict, set, frozenset, bytearray) or (kind is tuple and not value)):
            yield (kind.__name__, value if kind in (str, bytes) else hex(value) if kind is int else repr(value))
            continue
        if id(value) in met:
            yield ("again", met[id(value)])
            continue
        met[id(value)] = len(met)
        if parts:
            told = parts(value)
            yield ("object", len(told))
            waiting.extend(reversed(told))
            continue
        yield (kind.__name__, len(value))
        if kind is bytearray:
            yield bytes(value)
        elif kind is dict:
            waiting.extend(part for item in reversed(value.items()) for part in reversed(item))
        elif kind in (set, frozenset):
            yield sorted(repr(list(tokens(member, met))) for member in value)
        else:
            waiting.extend(reversed(value))


def same(a, b):
    """Whether two values are equal in type, content and sharing."""
    return list(tokens(a)) == list(tokens(b))
