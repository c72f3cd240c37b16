"""The zoo: objects that the real libraries make, by family and name; small, and the same in every run.

An animal is a value, and what it does: `behaviour(value)` gives something comparable (predictions, say), so that two of a kind
can be told apart by more than what they hold.
"""
import array
import collections
import datetime
import decimal
import enum
import fractions
import functools
import ipaddress
import math
import operator
import pathlib
import random
import re
import types
import uuid

import numpy as np

import zoo_classes as classes


class Animal:
    def __init__(self, value, behaviour=None):
        self.value = value
        self.behaviour = behaviour or (lambda value: None)


def animals(**values):
    return {name: value if isinstance(value, Animal) else Animal(value) for name, value in values.items()}


def by_equality(value):
    """For values that know ==: the value itself, which is compared with its twin by the caller."""
    return value


def times():
    zone = datetime.timezone(datetime.timedelta(hours=5, minutes=30), "IST")
    return dict(
        date=datetime.date(2024, 2, 29), time=datetime.time(1, 2, 3, 4), time_zone=datetime.time(1, 2, tzinfo=zone, fold=1),
        datetime=datetime.datetime(1999, 12, 31, 23, 59, 59, 999999),
        datetime_utc=datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc),
        datetime_zone=datetime.datetime(2024, 1, 1, 3, tzinfo=zone), datetime_high=datetime.datetime(0xff, 10, 11, 12, 13, 14, 0xcfefe),
        timedelta=datetime.timedelta(-3, 5, 7), timezone=zone, utc=datetime.timezone.utc)


def numbers():
    return dict(
        decimal=decimal.Decimal("3.1400"), decimal_nan=Animal(decimal.Decimal("sNaN123")), decimal_tiny=decimal.Decimal("-1E-999"),
        context=Animal(decimal.Context(prec=7, rounding=decimal.ROUND_UP), repr), fraction=fractions.Fraction(22, 7),
        complex=3 - 4j, complex_nan=complex(float("nan"), -0.0), huge=-(10 ** 400),
        random=Animal(random.Random(3), lambda value: value.getstate()))


def collections_of_all_kinds():
    shared = ["shared"]
    counter = collections.Counter("abracadabra")
    chain = collections.ChainMap({"a": 1}, {"a": 2, "b": shared})
    return dict(
        ordered=collections.OrderedDict([("z", 1), ("a", [2])]), ordered_many=collections.OrderedDict((i, i) for i in range(1001)),
        ordered_extra=with_attribute(collections.OrderedDict(a=1)), default=collections.defaultdict(list, a=[1, 2]),
        default_none=collections.defaultdict(None, x=shared, y=shared),
        default_of_default=collections.defaultdict(dict, a=collections.defaultdict(int, b=3)),
        deque=collections.deque([1, "a", shared, shared]), deque_bounded=collections.deque(range(10), maxlen=4),
        deque_empty=collections.deque(),
        deque_many=collections.deque(range(2500)), counter=counter, counter_empty=collections.Counter(), chain=Animal(chain, dict),
        range=range(3, 50, 7),
        range_huge=range(10 ** 30), slice=slice(1, None, "x"), user_dict=collections.UserDict(a=1),
        user_list=collections.UserList([1, shared]),
        user_string=collections.UserString("text"), array_d=array.array("d", [1.5, -2.5]), array_q=array.array("q", [-1, 2 ** 40]),
        array_u=array.array("u", "aé€"), array_b=array.array("B"), frozen=frozenset([(1, 2), "a", frozenset()]),
        set_of_tuples={(1,), (2, "b")},
        iterator=Animal(iter([1, 2, 3]), lambda value: list(value)), enumerate=Animal(enumerate("abc", 5), lambda value: list(value)))


def with_attribute(value):
    value.attribute = "kept beside the entries"
    return value


def functions_and_classes():
    partial = functools.partial(int, base=2)
    partial.note = "binary"
    return dict(
        partial=Animal(partial, lambda value: (value("1010"), value.__dict__)),
        nested_partial=Animal(functools.partial(functools.partial(max, 3), 4), lambda value: value(5)),
        item_getter=Animal(operator.itemgetter(1, "x"), repr), attribute_getter=Animal(operator.attrgetter("a.b"), repr),
        method_caller=Animal(operator.methodcaller("split", ",", maxsplit=1), lambda value: value("a,b,c")),
        builtin=len, function=classes.set_state, method_of_builtin=Animal([].append, lambda value: value.__name__),
        classmethod=datetime.datetime.fromtimestamp, bound=Animal("abc".upper, lambda value: value()), ufunc=np.add,
        types=[int, str, float, bytes, type, type(None), type(...), type(NotImplemented), list, dict, object, complex, range, Exception],
        singletons=[..., NotImplemented, None, True], array_function=np.linalg.norm, nested_class=classes.KeyedVectors.Entry,
        unbound=str.upper, math=math.sqrt,
        module_of_six=[collections.abc.Mapping, collections.UserDict, functools.reduce, zip, map, filter])


def other_standard_types():
    looped = types.SimpleNamespace(a=1)
    looped.me = looped
    return dict(
        uuid=uuid.UUID("12345678123456781234567812345678"), uuid_safe=uuid.UUID(int=5, is_safe=uuid.SafeUUID.safe),
        posix_path=pathlib.PurePosixPath("/a/b.c"), windows_path=pathlib.PureWindowsPath("C:/x"), path=pathlib.Path("relative/file"),
        ipv4=ipaddress.ip_address("10.0.0.1"), ipv6=ipaddress.ip_address("::1"), network=ipaddress.ip_network("10.0.0.0/8"),
        interface=ipaddress.ip_interface("10.0.0.1/8"), pattern=re.compile("(?i)a+[b-d]", re.M), pattern_bytes=re.compile(b"\xff"),
        namespace=types.SimpleNamespace(a=1, b=[2]), namespace_loop=Animal(looped, lambda value: value.me is value),
        error=Animal(ValueError("bad", 3), repr), os_error=Animal(FileNotFoundError(2, "No such file", "name"), repr),
        failure=Animal(classes.Failure("bad", 3), lambda value: (repr(value), value.detail)), key_error=Animal(KeyError(("a", 1)), repr),
        unicode_error=Animal(UnicodeDecodeError("ascii", b"\xff", 0, 1, "why"), repr), stop=Animal(StopIteration(5), repr),
        color=classes.Color.RED, color_text=classes.Color.GREEN, colors=[classes.Color.RED, classes.Color.RED, classes.Number.TWO],
        number=classes.Number.ONE,
        flag=classes.Access.READ | classes.Access.WRITE, int_flag=classes.IntAccess.WRITE, re_flag=re.I | re.X, pair=classes.Pair(1, [2]),
        typed_pair=classes.TypedPair("n"), settings=classes.Settings(0.5, [3]), frozen_settings=classes.FrozenSettings(0.5),
        slotted_settings=classes.SlottedSettings(0.5, "s"), bytes_shared=[b"abc" * 2] * 3, texts=["é\n\\u", "\ud800", "a" * 300],
        enum_class=enum.IntFlag)


def own_classes():
    return animals(**instances())


def instances():
    shared = classes.Plain(a=1)
    looped = classes.Plain(b=2)
    looped.me = [looped, {"again": looped}]
    reduced = classes.Reduced("r")
    reduced.items = [1, shared, shared]
    reduced.entries = {"k": shared, 2: reduced.items}
    slots = classes.SlotsAndDict(1, "x", extra=[1.5])
    partly = classes.Slots.__new__(classes.Slots)
    partly.left = 1
    label = classes.Label("text")
    label.language = "en"
    many = classes.Corpus(range(2000), "long")
    return dict(
        plain=shared, empty=classes.Empty(), looped=looped, twice=[shared, shared, looped, looped.me], slots=classes.Slots(1, [2]),
        slots_dict=slots, partly=partly,
        model=Animal(classes.Model(np.arange(3.0)), lambda value: value.cache), vocabulary=classes.Vocabulary("a", "b", "c"),
        vocabulary_many=classes.Vocabulary(*[f"w{i}" for i in range(2001)]), corpus=classes.Corpus([["a", "b"], ["c"]], "short"),
        corpus_many=many,
        tags=classes.Tags({1}, "web"), point=classes.Point((1, 2), "m"), label=label, keyword=classes.Keyword(name="k"), reduced=reduced,
        constant=classes.CONSTANT, vectors=Animal(classes.KeyedVectors(["king", "queen"]), lambda value: value.vectors.tolist()),
        word2vec=Animal(classes.Word2Vec(["a", "b", "c"]), lambda value: (value.wv.model is value, value.callback.__self__ is value)),
        instances=[classes.Plain(number=i, name=f"n{i}") for i in range(300)],
        many_in_one={i: classes.Slots(i, None) for i in range(1001)})


def standard_library():
    return animals(**times(), **numbers(), **collections_of_all_kinds(), **functions_and_classes(), **other_standard_types())


def masked():
    grid = np.ma.masked_array(np.arange(6.0).reshape(2, 3), mask=[[0, 1, 0], [1, 0, 0]], fill_value=-1)
    return dict(masked=grid, masked_no_mask=np.ma.array([1, 2]),
                masked_structure=np.ma.array([(1, 2.5)], dtype="i4,f8", mask=[(True, False)]),
                masked_constant=Animal(np.ma.masked, lambda value: value is np.ma.masked))


def random_states():
    def draw(value):
        return value.random(3).tolist() if hasattr(value, "random") else value.random_raw(3).tolist()
    generators = [np.random.MT19937, np.random.PCG64, np.random.PCG64DXSM, np.random.Philox, np.random.SFC64]
    used = np.random.RandomState(7)
    used.normal(size=3)
    return dict(
        random_state=Animal(np.random.RandomState(5), draw), random_state_used=Animal(used, lambda value: value.normal(size=3).tolist()),
        seed_sequence=Animal(np.random.SeedSequence(5).spawn(2)[1], lambda value: value.generate_state(4).tolist()),
        **{f"generator_{kind.__name__}": Animal(np.random.Generator(kind(4)), draw) for kind in generators},
        **{f"bits_{kind.__name__}": Animal(kind(4), draw) for kind in generators})


def scalars():
    kinds = "? i1 <i2 >i4 i8 u1 u2 u4 u8 f2 f4 >f8 f16 c8 c16 c32 M8[ns] M8[D] m8[us] S3 U3 V4".split()
    found = {f"scalar_{kind}": np.zeros(1, kind)[0] if kind[0] in "VSU" else np.array([1], "i8").astype(kind)[0] for kind in kinds}
    record = np.array([(1, 2.5, "ab")], dtype=[("a", "i4"), ("b", "f8"), ("c", "U2")])
    return dict(**found, scalar_text=np.str_("é"), scalar_bytes=np.bytes_(b"\xff\x00a"), scalar_record=record[0],
                scalar_nan=np.float64("nan"),
                scalars_shared=[np.float64(1.5)] * 2 + [np.float64(2.5), np.int32(7), np.int32(8)])


def dtypes():
    return dict(
        dtype_native=np.dtype("f8"), dtype_swapped=np.dtype(">i4"), dtype_text=np.dtype("U5"), dtype_object=np.dtype(object),
        dtype_time=np.dtype("M8[25s]"), dtype_structure=np.dtype([("a", "<f8"), ("b", ">i4", (2, 3))]),
        dtype_aligned=np.dtype("i1,f8", align=True),
        dtype_titled=np.dtype([(("title", "name"), "f4")]), dtype_metadata=np.dtype("f8", metadata={"unit": "m"}),
        dtype_void=np.dtype("V7"),
        dtypes_mixed=[np.dtype("f8"), np.dtype("f8"), np.dtype(">f8"), np.dtype(">f8")],
        scalar_types=[np.float64, np.int8, np.str_, np.ndarray])


class Tagged(np.ndarray):
    """A subclass of ndarray with nothing of its own."""


def kinds_of_arrays(folder):
    grid = np.arange(12.0).reshape(3, 4)
    record = np.array([(1, 2.5, "ab"), (3, 4.5, "cd")], dtype=[("a", "i4"), ("b", "f8"), ("c", "U2")])
    ragged = np.empty(3, object)
    ragged[:] = [[1, 2], None, grid]
    mapped = np.memmap(folder / "zoo.memmap", "f4", "w+", shape=(3, 2))
    mapped[:] = np.arange(6).reshape(3, 2)
    looped = np.empty(1, object)
    looped[0] = looped
    return dict(
        array=grid, fortran=np.asfortranarray(grid), strided=grid[:, ::2], empty=np.zeros((0, 3)), scalar_array=np.array(5),
        object=ragged,
        object_2d=np.array([["a", 1], [None, 2.5]], object), object_fortran=np.asfortranarray(np.array([["a", 1], [None, 2.5]], object)),
        object_shared=np.array([grid, grid], object), texts=np.array(["a", "é€"]), bytes=np.array([b"a", b"bcd"]),
        times=np.array(["2024-01-01", "NaT"], "M8[D]"),
        structured=record, swapped=grid.astype(">f8"), record=record.view(np.recarray), matrix=np.matrix([[1, 2], [3, 4]]), memmap=mapped,
        mapped_view=mapped[1:], shared=[grid, grid, grid.T, {"again": grid}], tagged=grid.view(Tagged),
        character=np.char.array(["a", "bc"]),
        read_only=frozen(grid.copy()), structured_object=np.array([(1, "x"), (2, [3])], dtype=[("n", "i4"), ("o", object)]),
        long=np.arange(20000.0),
        deep=[[np.arange(3)], {"a": (np.arange(3, dtype="i2"),)}], bool=np.array([True, False]),
        poly=np.polynomial.Polynomial([1, 2, 3]), poly1d=np.poly1d([1, 2]))


def frozen(values):
    values.flags.writeable = False
    return values


def numpy_objects(folder):
    return animals(**masked(), **random_states(), **scalars(), **dtypes(), **kinds_of_arrays(folder))
