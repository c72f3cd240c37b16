"""Classes as users of joblib write them, for the zoo: importable, so that Python finds them by name."""
import collections
import dataclasses
import enum
import typing

import numpy as np


class Plain:
    """An ordinary class: its state is __dict__."""

    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class Empty:
    """No state at all."""


class Slots:
    """No __dict__: the state is a pair of None and the slots."""
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left, self.right = left, right


class SlotsAndDict(Slots):
    """The state is a pair of both."""

    def __init__(self, left, right, **attributes):
        super().__init__(left, right)
        self.__dict__.update(attributes)


class Model:
    """__getstate__ leaves out what can be made again, __setstate__ makes it; the state is no dict."""

    def __init__(self, weights):
        self.weights = weights
        self.cache = weights * 2

    def __getstate__(self):
        return ("version 3", self.weights)

    def __setstate__(self, state):
        _, self.weights = state
        self.cache = self.weights * 2


class Vocabulary(dict):
    """A dict with attributes: entries come before the state."""

    def __init__(self, *words, lower=True):
        super().__init__((word, number) for number, word in enumerate(words))
        self.lower = lower


class Corpus(list):
    """A list with attributes."""

    def __init__(self, documents, name):
        super().__init__(documents)
        self.name = name


class Tags(set):
    """A set with attributes."""

    def __init__(self, members=(), origin=None):
        super().__init__(members)
        self.origin = origin


class Point(tuple):
    """A tuple with attributes: __getnewargs__ comes from tuple."""

    def __new__(cls, members, unit=None):
        made = super().__new__(cls, members)
        made.unit = unit
        return made


class Label(str):
    """A str with attributes."""


class Keyword:
    """__new__ takes keywords: NEWOBJ_EX."""

    def __new__(cls, *, name):
        made = super().__new__(cls)
        made.name = name
        return made

    def __getnewargs_ex__(self):
        return (), {"name": self.name}


class Reduced:
    """__reduce__ with all six parts: state, items, entries and a setter of the state."""

    def __init__(self, name):
        self.name = name
        self.items = []
        self.entries = {}

    def append(self, item):
        self.items.append(item)

    def __setitem__(self, key, value):
        self.entries[key] = value

    def __reduce__(self):
        return Reduced, (self.name,), {"name": self.name, "extra": 1}, iter(self.items), iter(self.entries.items()), set_state


def set_state(reduced, state):
    reduced.__dict__.update(state)


class Constant:
    """__reduce__ gives the name of a global."""

    def __reduce__(self):
        return "CONSTANT"


CONSTANT = Constant()


class Base(dict):
    """As gensim's utils.SaveLoad: attributes by name, and a list of those that are kept elsewhere."""

    def __init__(self, **attributes):
        super().__init__()
        self.__dict__.update(attributes)
        self.lifecycle_events = [{"event": "created", "params": "vector_size=3"}]


class KeyedVectors(Base):
    """Words and their vectors; __getstate__ as gensim's, which copies and edits __dict__."""

    class Entry:
        """A class inside a class: its qualified name has a dot."""
        __slots__ = ("index", "count")

        def __init__(self, index, count):
            self.index, self.count = index, count

    def __init__(self, words):
        super().__init__(vectors=np.arange(3.0 * len(words), dtype="f4").reshape(-1, 3), index_to_key=list(words))
        self.key_to_index = {word: number for number, word in enumerate(words)}
        self.entries = {word: self.Entry(number, 10 - number) for number, word in enumerate(words)}
        self.norms = None

    def __getstate__(self):
        return {**self.__dict__, "norms": None}


class Word2Vec(Base):
    """An object around another that refers back to it."""

    def __init__(self, words):
        super().__init__(wv=KeyedVectors(words), random=np.random.RandomState(1), sizes=collections.defaultdict(list))
        self.wv.model = self
        self.callback = self.train
        self.sizes["layer"].append(self.wv.vectors)

    def train(self):
        """A bound method is kept as getattr of its object."""


@dataclasses.dataclass
class Settings:
    """A dataclass."""
    rate: float
    layers: typing.List[int] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class FrozenSettings:
    """A dataclass that refuses assignments, with slots where Python has them."""
    rate: float
    name: str = "frozen"


@dataclasses.dataclass(frozen=True)
class SlottedSettings:
    """A frozen dataclass with slots: has __getstate__ and __setstate__ of its own."""
    __slots__ = ("rate", "name")
    rate: float
    name: str

    def __getstate__(self):
        return [self.rate, self.name]

    def __setstate__(self, state):
        for name, value in zip(self.__slots__, state):
            object.__setattr__(self, name, value)


class Color(enum.Enum):
    RED = 1
    GREEN = "green"


class Number(enum.IntEnum):
    ONE = 1
    TWO = 2


class Access(enum.Flag):
    READ = 1
    WRITE = 2


class IntAccess(enum.IntFlag):
    READ = 4
    WRITE = 8


Pair = collections.namedtuple("Pair", "first second")


class TypedPair(typing.NamedTuple):
    name: str
    count: int = 0


class Failure(ValueError):
    """An exception with an attribute."""

    def __init__(self, message, code):
        super().__init__(message, code)
        self.detail = {"code": code}
