"""CPython as the judge of pickles with objects, without running anything that they name.

Every global becomes a class that does nothing but record: how its instances are made, and all that happens to them. Two pickles mean
the same if they record the same.
"""
import _compat_pickle
import codecs
import copyreg
import io
import pickle

PLAIN = {("builtins", kind.__name__): kind for kind in (set, frozenset, bytes, bytearray, complex)}
PLAIN["_codecs", "encode"] = codecs.encode
EXTENSIONS = {1: "one", 200: "two hundred", 300: "three hundred", 70000: "seventy thousand"}
for extension_code, extension_name in EXTENSIONS.items():
    copyreg.add_extension("extensions", extension_name, extension_code)


class Recorder(type):
    """What a global becomes: a class that can be called, instantiated, and given as a value."""

    def __call__(cls, *arguments):
        return evaluated(cls, arguments) or recorded(cls, "called", arguments)

    def recorded_parts(cls):
        return ["global", *cls.names]


class Recorded(metaclass=Recorder):
    """An instance of a global: how it was made, and what happened to it, in order (a function called setter is an effect)."""

    def __new__(cls, *arguments, **keywords):
        return recorded(cls, "made", arguments, keywords)

    def __call__(self, *arguments):
        return recorded(Recorded, "called", (self, *arguments))

    def __setstate__(self, state):
        self.log.append(("state", state))

    def __setitem__(self, key, value):
        if not self.log or self.log[-1][0] != "entries":
            self.log.append(("entries", {}))
        self.log[-1][1][key] = value

    def extend(self, items):
        self.log.extend(("item", item) for item in items)

    def add(self, member):
        self.log.append(("member", member))

    def recorded_parts(self):
        return [self.how, type(self), self.arguments, self.keywords, *[part for event in self.log for part in event]]


Recorded.names = ("", "the result of a result")


def recorded(cls, how, arguments, keywords=None):
    made = object.__new__(cls)
    made.how, made.arguments, made.keywords, made.log = how, arguments, keywords or {}, []
    if cls.names[1] == "setter" and arguments and isinstance(arguments[0], Recorded):
        arguments[0].log.append(("effect", made))
    return made


def evaluated(cls, arguments):
    """What old protocols need calls for, where new ones have opcodes; None for other calls."""
    match cls.names, arguments:
        case ("copyreg", "__newobj__"), (Recorder() as made, *rest):
            return recorded(made, "made", tuple(rest))
        case ("copyreg", "__newobj_ex__"), (Recorder() as made, tuple() as rest, dict() as keywords):
            return recorded(made, "made", tuple([*rest]), dict(keywords))  # as __new__ gets them: copies
        case ("builtins", "getattr"), (Recorder() as owner, str() as name):
            return named(cls.known, owner.names[0], f"{owner.names[1]}.{name}")
    return None


def named(known, module, name):
    """What a name stands for: one class for all uses of it in a pickle."""
    if (module, name) not in known:
        known[module, name] = PLAIN.get((module, name)) or Recorder("Named", (Recorded,), {"names": (module, name), "known": known})
    return known[module, name]


class Unpickler(pickle.Unpickler):
    """Imports nothing. `python2_names`: whether the pickle's protocol says that names are Python 2's."""

    def __init__(self, stream, python2_names, **how):
        super().__init__(io.BytesIO(stream), **how)
        self.python2_names = python2_names
        self.known = {}
        self.references = {}

    def find_class(self, module, name):
        if self.python2_names:
            module, name = _compat_pickle.NAME_MAPPING.get((module, name), (_compat_pickle.IMPORT_MAPPING.get(module, module), name))
        if not module or not all(name.split(".")):
            raise ImportError("no such name")
        return named(self.known, module, name)

    def persistent_load(self, pid):
        return self.references.setdefault(repr(pid), recorded(Recorded, "persistent", (pid,)))


def load(stream, python2_names=None, **how):
    """The value that CPython loads, with recorded objects. Calls for their effect are kept only where their result is dropped."""
    copyreg.clear_extension_cache()
    if python2_names is None:
        python2_names = stream[:1] != b"\x80" or stream[1] < 3
    value = Unpickler(stream, python2_names, **how).load()
    kept = recorded_within(value)
    # What is part of its own arguments is made twice by picklers: once more than is kept.
    calls = {as_made(record) for record in kept.values()}
    for record in kept.values():
        record.log = [event for event in record.log if event[0] != "effect" or as_made(event[1]) not in calls]
    return value


def as_made(record):
    return type(record), tuple(map(id, record.arguments))


def forget_what_no_pickler_writes(*roots):
    """Other calls for their effect than a state setter's, and keywords that hold their object: they are empty while it is made."""
    for root in roots:
        for record in recorded_within(root).values():
            record.log = [event for event in record.log if event[0] != "effect"]
            record.keywords = {}


def recorded_within(root):
    """All records that a value holds, by id, those left out that were only made for an effect."""
    met = {}
    waiting = [root]
    while waiting:
        value = waiting.pop()
        if id(value) in met:
            continue
        met[id(value)] = value
        if isinstance(value, Recorded):
            waiting += [value.arguments, value.keywords]
            waiting += [part for event in value.log if event[0] != "effect" for part in event]
        elif isinstance(value, dict):
            waiting += [*value.keys(), *value.values()]
        elif isinstance(value, (list, tuple, set, frozenset)):
            waiting += value
    return {key: value for key, value in met.items() if isinstance(value, Recorded)}
