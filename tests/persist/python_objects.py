"""Objects that the tests write with Python and read with larder: named ones, and random ones from a seed."""
import numpy as np

from probing import has_gaps


def recursive():
    """Values that contain themselves."""
    looped_list = []
    looped_list.append(looped_list)
    looped_dict = {}
    looped_dict["me"] = looped_dict
    looped_tuple = ([],)
    looped_tuple[0].append(looped_tuple)
    long_tuple = (1, 2, 3, [], 5)
    long_tuple[3].append(long_tuple)
    return dict(looped_list=looped_list, looped_dict=looped_dict, looped_tuple=looped_tuple, long_tuple=long_tuple)


def plain():
    """Plain data of every kind, at the sizes where an encoding changes."""
    shared = [1, 2]
    deep = []
    for i in range(200):
        deep = [deep, (i,)]
    return dict(
        none=None, true=True, false=False, zero=0, int8=255, int16=256, int32=65536, int31=2**31 - 1, int33=2**31,
        negative=-1, minus=-(2**31), below=-(2**31) - 1, byte=-128, int63=2**63 - 1, int64=2**63, int65=-(2**63) - 1,
        int255=1 << (8 * 255 - 2), int256=1 << (8 * 255), huge=1 << 3000, half=1.5, nan=float("nan"), inf=float("-inf"),
        negative_zero=-0.0, complex_number=1 + 2j, text="abc", empty_text="", surrogate="\ud800x", unicode="é€😀\x00\x7f\u2028",
        text255="x" * 255, text256="x" * 256, text64k="y" * 65536, long_text="z" * 200000, bytes3=b"abc", no_bytes=b"",
        all_bytes=bytes(range(256)), long_bytes=b"q" * 70000, array_of_bytes=bytearray(b"xyz\xff"), no_bytearray=bytearray(),
        long_bytearray=bytearray(70000), empty=[], one=[1], two=[1, 2], list1000=list(range(1000)), list1001=list(range(1001)),
        list2500=list(range(2500)), tuple0=(), tuple1=(1,), tuple3=(1, 2, 3), tuple4=(1, 2, 3, 4), dict0={}, dict1={"a": 1},
        dict2={"a": 1, "b": [1, {"c": 2}]}, dict1000={i: str(i) for i in range(1000)}, dict2001={i: i for i in range(2001)},
        mixed_keys={1: "a", "1": "b", (1, "x"): "c", None: "d", frozenset([1]): "e", b"1": "f", 1.5: "g", 2**70: "h"},
        set0=set(), set3={1, 2, 3}, set1001=set(range(1001)), frozenset3=frozenset("abc"), frozenset0=frozenset(),
        shared=[shared, shared, (shared,)], repeated=["a", "b", "a", "abc".upper(), "abc".upper()], deep=deep,
        lines=["a\nb", "c\\d", "\\u0041", "\x1a", "'\"", "\r\n"], big_between=["x" * 65530, 1, "y" * 65530, {"k": 7}],
        **recursive())


DTYPES = ["?", "i1", "<i2", ">i2", "<i4", ">i4", "<i8", ">i8", "u1", "<u2", ">u2", "<u4", ">u4", "<u8", ">u8", "<f2", ">f2", "<f4",
          ">f4", "<f8", ">f8", "<f16", "<c8", ">c8", "<c16", ">c16", "<c32", "S1", "S5", "<U1", "<U3", ">U3", "V7", "<M8[ns]",
          ">M8[D]", "<m8[25s]", ">m8[us]", "<M8", "<m8"]
STRUCTURES = [
    np.dtype([("a", "<f8"), ("b", ">i4", (2, 3)), ("u", "U3")]),
    np.dtype([("a", "i1"), ("b", "f8")], align=True),
    np.dtype([("n", [("p", "f4"), ("q", ">f4")]), (("title", "named"), "S3")]),
    np.dtype({"names": ["x", "y"], "formats": ["i2", "f8"], "offsets": [4, 16], "itemsize": 40}),
    np.dtype([("t", "M8[ns]"), ("d", "m8[ms]"), ("b", "?")]),
    np.dtype([("dtype", "i4"), ("shape", "i4")]),
]


def filled(dtype, shape):
    """An array with bytes that are valid for every dtype and differ from element to element."""
    dtype = np.dtype(dtype)
    count = int(np.prod(shape, dtype=int))
    if dtype.kind == "U":
        return np.array([chr(0x61 + i % 26) + chr(0x3b1 + i % 7) for i in range(count)], dtype).reshape(shape)
    data = bytes(i * 7 % 100 for i in range(count * dtype.itemsize))
    if dtype.kind == "b":
        data = bytes(i % 2 for i in range(count))
    array = np.frombuffer(data, np.uint8)
    if dtype.hasobject or any(name == "U" for name in dtype.str):
        return np.zeros(shape, dtype)
    if dtype.names and "U" in repr(dtype):
        return np.zeros(shape, dtype)
    return array.view(dtype).reshape(shape).copy() if count * dtype.itemsize else np.zeros(shape, dtype)


def layouts(array):
    """The array in every layout: C, Fortran, transposed, strided, reversed."""
    yield array
    yield np.asfortranarray(array)
    yield array.T
    if not has_gaps(array.dtype):  # numpy fills gaps with anything when it makes elements contiguous
        yield array[::2]
        yield array[::-1]


def arrays():
    """Arrays of each dtype, shape and layout, by name."""
    found = {}
    for dtype in [np.dtype(name) for name in DTYPES] + STRUCTURES:
        for number, shape in enumerate([(), (0,), (3,), (2, 3), (2, 0, 3), (2, 3, 4)]):
            for layout, array in enumerate(layouts(filled(dtype, shape)) if shape else [filled(dtype, shape)]):
                found[f"{dtype.str}-{len(found)}-{number}-{layout}"] = array
    return found


def joined():
    """Arrays and plain data in one object."""
    grid = np.arange(12.0).reshape(3, 4)
    return dict(
        grid=grid, shared=[grid, grid, grid.T, np.zeros(0), np.array(3), np.arange(5, dtype=">i4")],
        names={"dtype": 1, "shape": (3,), "x": grid, "order": "C", "numpy": "F", "subclass": "ndarray"},
        many=[np.full(i, i, dtype="u1") for i in range(40)], big=np.arange(300000), broadcast=np.broadcast_to(np.arange(3), (4, 3)),
        between=["x" * 65530, np.arange(3), "y" * 65530, {"k": np.arange(7)}], one_dtype=[np.zeros(2, STRUCTURES[0])] * 3)


def random_leaf(rng):
    return rng.choice([
        lambda: None, lambda: rng.random() < 0.5, lambda: rng.randrange(-3, 300), lambda: rng.randrange(-(2**40), 2**40),
        lambda: rng.getrandbits(rng.randrange(1, 200)) - (1 << 90), lambda: rng.random() * 10 ** rng.randrange(-300, 300),
        lambda: "".join(rng.choice("abcé\ud801€😀\n\\'\"\x00") for _ in range(rng.randrange(6))),
        lambda: rng.choice(["shape", "dtype", "order", "C", "F", "<", ">", "|", "latin1", "a", ""]),
        lambda: bytes(rng.randrange(256) for _ in range(rng.randrange(5))), lambda: complex(rng.random(), -rng.random()),
        lambda: bytearray(rng.randrange(256) for _ in range(rng.randrange(4)))])()


def random_array(rng):
    dtype = np.dtype(rng.choice(DTYPES)) if rng.random() < 0.8 else rng.choice(STRUCTURES)
    shape = tuple(rng.randrange(0, 4) for _ in range(rng.randrange(0, 4)))
    array = filled(dtype, shape)
    return rng.choice(list(layouts(array))) if shape else array


def hashable(value):
    try:
        hash(value)
    except TypeError:
        return False
    return True


def random_object(rng, size, with_arrays):
    """A graph of about `size` values: nested, shared and, through lists and dicts, cyclic."""
    made = [[], {}]
    for _ in range(size):
        parts = [rng.choice(made) for _ in range(rng.randrange(4))]
        keys = [part for part in parts if hashable(part)]
        kind = rng.randrange(9 if with_arrays else 8)
        if kind < 3:
            made.append(random_leaf(rng))
        elif kind == 3:
            made.append(parts)
        elif kind == 4:
            made.append(tuple(parts))
        elif kind == 5:
            made.append({key: rng.choice(made) for key in keys})
        elif kind == 6:
            made.append(rng.choice([set, frozenset])(keys))
        elif kind == 7:
            rng.choice([value for value in made if type(value) is list]).append(rng.choice(made))
        else:
            made.append(random_array(rng))
    return made
