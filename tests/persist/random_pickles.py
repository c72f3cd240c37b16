"""Random pickles from a seed: of random graphs with objects, composed opcode by opcode, damaged, and noise."""
import copyreg
import io
import pickle
import pickletools
import random
import struct

from inert import EXTENSIONS
from python_objects import random_leaf, random_object


class Thing:
    """An object whose reduction is any that Python allows."""

    def __init__(self, *parts):
        self.parts = parts

    def __reduce_ex__(self, protocol):
        return self.parts[0](self, protocol)


class OtherThing(Thing):
    """A second class."""


class Reference:
    """What the pickler knows by a persistent id."""

    def __init__(self, pid):
        self.pid = pid


class Pickler(pickle.Pickler):
    def persistent_id(self, value):
        return value.pid if isinstance(value, Reference) else None


def setter(thing, state):
    """Sets a state; only its name matters."""


def reduction(rng, made):
    """A function that gives a reduction, of parts that are fixed."""
    arguments = tuple(rng.choice(made) for _ in range(rng.randrange(3)))
    keywords = {name: rng.choice(made) for name in rng.sample(["a", "b"], rng.randrange(3))}
    form = rng.randrange(4)
    state = rng.choice([None, {"x": rng.choice(made)}, (None, {"y": rng.choice(made)}), rng.choice(made)])
    items = [rng.choice(made) for _ in range(rng.choice([0, 0, 1, 3, 1001]))] if rng.random() < 0.4 else None
    entries = [(random_leaf(rng), rng.choice(made)) for _ in range(rng.randrange(4))] if rng.random() < 0.4 else None
    entries = entries and [(key, value) for key, value in entries if key.__hash__]
    last = (setter,) if rng.random() < 0.2 else ()

    def reduce(thing, protocol):
        if form == 0:
            head = (type(thing), arguments)
        elif form == 1 and protocol >= 2:
            head = (copyreg.__newobj_ex__, (type(thing), arguments, keywords))
        elif protocol >= 2:
            head = (copyreg.__newobj__, (type(thing), *arguments))
        else:
            head = (copyreg._reconstructor, (type(thing), object, None))
        return (*head, state, iter(items) if items is not None else None, iter(entries) if entries else None, *last)
    return reduce


def random_graph(rng, size):
    """A graph with objects: every object may hold whatever was made before it, and lists and dicts also what came later."""
    made = random_object(rng, size, with_arrays=False)
    for _ in range(rng.randrange(1, size)):
        kind = rng.randrange(5)
        if kind == 0:
            made.append(Reference(rng.choice([1, "an id", "two", (1, "x")])))
        elif kind == 1:
            made.append(rng.choice([Thing, setter, len, OtherThing]))
        else:
            thing = rng.choice([Thing, OtherThing])()
            thing.parts = (reduction(rng, made),)
            made.append(thing)
        rng.choice([value for value in made if type(value) is list]).append(rng.choice(made))
    return made


def graph_pickle(rng):
    """A pickle that CPython writes, by one of its picklers."""
    protocol = rng.randrange(6)
    value = random_graph(rng, rng.randrange(2, 9))
    while True:
        target = io.BytesIO()
        try:
            Pickler(target, protocol).dump(value)
            return target.getvalue()
        except (pickle.PicklingError, UnicodeEncodeError, RecursionError):  # ids that are no text at protocol 0
            protocol += 1


OPCODES = [opcode.code.encode("latin1") for opcode in pickletools.opcodes]
ARGUMENTS = [b"", b"", b"\x00", b"\x01", b"\x02ab", b"\x03\x00\x00\x00abc", b"0\n", b"1\n", b"01\n", b"12L\n", b"'ab'\n", b"1.5\n",
             b"\x01\x00", b"\x01\x00\x00\x00", b"\x02\x00\x00\x00\x00\x00\x00\x00ab", b"\xff", b"builtins\nset\n", b"\xff\xff\xff\xff",
             b"-5\n", b"\\u00e9\n", b" 7\n", b"nan\n", b"0x1f\n", b"010\n", b"mod\nname\n"]


def every_opcode_with_every_argument():
    for code in OPCODES:
        for argument in ARGUMENTS:
            for start in (b"]q\x00(", b"]q\x00K\x01", b"cmod\nname\n)", b"cmod\nname\n)\x81q\x00}"):
                yield b"\x80\x02" + start + code + argument + b".", False


def damaged(rng, stream, other):
    """One random change."""
    if len(stream) < 3:
        return other
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
    return bytes(stream) or b"."


def noise(rng):
    """Opcodes with arguments that often fit."""
    pushing = [b"N", b"K\x05", b"]", b"}", b")", b"(", b"\x8f", b"I1\n", b"I01\n", b"X\x01\x00\x00\x00a", b"C\x01b", b"\x94", b"q\x00",
               b"h\x00", b"2",
               b"a", b"s", b"e", b"u", b"t", b"l", b"d", b"\x85", b"\x86", b"\x87", b"\x90", b"\x91", b"0", b"1", b"G" + bytes(8),
               b"cmod\nname\n", b"R", b"\x81", b"b", b"o", b"Q", b"\x82\x01", b"imod\nname\n", b"c__builtin__\nset\n", b"\x97", b"\x98"]
    body = b"".join(rng.choice(pushing) for _ in range(rng.randrange(1, 18)))
    return rng.choice([b"\x80\x04", b"\x80\x02", b"\x80\x03", b"\x80\x05"]) + body + b"."


def extension(code):
    """The shortest opcode for an extension code."""
    if code < 256:
        return b"\x82" + bytes([code])
    return b"\x83" + struct.pack("<H", code) if code < 65536 else b"\x84" + struct.pack("<i", code)


class Composer:
    """Writes opcodes that fit the stack: most of what it makes loads. The stack holds what kind of value each is."""
    HASHABLE = {"str", "scalar", "object", "global"}

    def __init__(self, rng, protocol):
        self.rng = rng
        self.protocol = protocol
        self.stream = [b"("]
        self.stack = []
        self.memo = {}
        self.next_index = 0

    def push(self, code, kind):
        self.stream.append(code)
        self.stack.append(kind)

    def leaf(self):
        rng = self.rng
        code, kind = rng.choice([
            (b"N", "scalar"), (b"K" + rng.randbytes(1), "scalar"), (b"J" + rng.randbytes(4), "scalar"), (b"\x88", "scalar"),
            (b"I00\n", "scalar"),
            (b"F%d.5\n" % rng.randrange(99), "scalar"), (b"L%dL\n" % rng.randrange(-(10 ** 20), 10 ** 20), "scalar"),
            (b"V\\u20ac%d\n" % rng.randrange(9), "str"),
            (b"\x8c\x01" + rng.choice([b"a", b"b"]), "str"), (b"U\x02\xe9" + rng.choice([b"a", b"b"]), "python2"),
            (b"S'\\xe9b'\n", "python2"), (b"S'ab'\n", "str"),
            (b"T\x01\x00\x00\x00c", "str"), (b"C\x02" + rng.randbytes(2), "scalar"), (b"\x96\x01" + bytes(7) + b"q", "bytearray"),
            (b"G" + struct.pack(">d", rng.random()), "scalar"),
            (b"\x8a\x01" + rng.randbytes(1), "scalar"), (b"\x97", "buffer"), (b"Pan id\n", "object"), (b"K\x03Q", "object"),
            (b"(K\x01\x88l", "list"), (b"(K\x01Nd", "dict"), (b"(K\x01\x91", "scalar"), (b"B\x01\x00\x00\x00b", "scalar"),
            (b"\x8e\x01" + bytes(7) + b"b", "scalar"), (b"\x8d\x02" + bytes(7) + "é".encode(), "str"), (b"X\x02\x00\x00\x00ab", "str"),
            (b"\x8b\x09\x00\x00\x00" + rng.randbytes(9), "scalar"), (b"M" + rng.randbytes(2), "scalar"), (b"\x89", "scalar"),
            (b"]", "list"), (b"}", "dict"),
            (b"\x8f", "set"), (b")", "tuple")])
        self.push(code, kind)

    def a_global(self):
        rng = self.rng
        module, name = rng.choice([(b"mod", b"name"), (b"mod", b"other"), (b"copy_reg", b"x"), (b"__builtin__", b"xrange"),
                                   (b"collections", b"deque"), (b"m.n", b"C.D")])
        if rng.random() < 0.6:
            self.push(b"c" + module + b"\n" + name + b"\n", "global")
        elif rng.random() < 0.7:
            self.push(b"\x8c" + bytes([len(module)]) + module + b"\x8c" + bytes([len(name)]) + name + b"\x93", "global")
        else:
            self.push(extension(rng.choice(list(EXTENSIONS))), "global")

    def arguments(self):
        count = self.rng.randrange(4)
        if count == 0:
            return self.push(b")", "tuple")
        for _ in range(count):
            self.value()
        self.stream.append([b"\x85", b"\x86", b"\x87"][count - 1])
        self.stack[-count:] = ["tuple"]

    def an_object(self):
        self.a_global()
        form = self.rng.randrange(6)
        if form < 3:
            self.arguments()
            self.stream.append(b"R" if form == 0 else b"\x81")
            self.stack[-2:] = ["object"]
        elif form == 3:
            self.arguments()
            self.stream.append(b"}\x8c\x01kK\x07s\x92")
            self.stack[-2:] = ["object"]
        elif form == 4:
            self.stack.pop()
            self.stream.insert(-1, b"(")
            if self.rng.random() < 0.5:
                self.value()
                self.stack.pop()
            self.stream.append(b"o")
            self.stack.append("object")
        else:
            self.stack.pop()
            del self.stream[-1]
            self.push(b"(K\x05imod\nname\n", "object")

    def value(self):
        choice = self.rng.random()
        if self.memo and choice < 0.25:
            index, kind = self.rng.choice(list(self.memo.items()))
            self.push(self.rng.choice([b"h" + bytes([index]), b"g%d\n" % index, b"j" + struct.pack("<I", index)]), kind)
        elif choice < 0.45:
            self.an_object()
        elif choice < 0.55:
            self.a_global()
        else:
            self.leaf()
        if self.stack[-1] != "buffer" and self.rng.random() < 0.4:  # picklers never refer to a buffer
            self.remember()

    def remember(self):
        index = self.next_index
        if index == len(self.memo) and self.rng.random() < 0.4:
            self.stream.append(b"\x94")
        else:
            self.stream.append(self.rng.choice([b"q" + bytes([index]), b"p%d\n" % index, b"r" + struct.pack("<I", index)]))
        self.memo[index] = self.stack[-1]
        self.next_index = min(index + self.rng.choice([1, 1, 1, 2]), 255)

    def change(self):
        """Something that happens to the value on top."""
        rng = self.rng
        kind = self.stack[-1]
        depth = len(self.stack)
        if kind in ("list", "object") and rng.random() < 0.6:
            return self.members(b"a", b"e", 1, hashable=False)
        if kind in ("dict", "object") and rng.random() < 0.6:
            return self.members(b"s", b"u", 2, hashable=True)
        if kind in ("set", "object") and rng.random() < 0.5:
            return self.members(None, b"\x90", 1, hashable=True)
        if kind == "object":
            self.value()
            self.stream.append(b"b")
            del self.stack[depth:]
        elif kind == "buffer":
            self.stream.append(b"\x98")
        elif rng.random() < 0.3:
            self.stream.append(b"20")

    def members(self, one, many, width, hashable):
        depth = len(self.stack)
        rounds = self.rng.randrange(4)
        single = rounds == 1 and one is not None
        if not single:
            self.stream.append(b"(")
        for _ in range(rounds):
            if hashable:
                self.key()
            if width == 2 or not hashable:
                self.value()
        self.stream.append(one if single else many)
        del self.stack[depth:]

    def key(self):
        depth = len(self.stream), len(self.stack)
        self.leaf()
        if self.stack[-1] not in self.HASHABLE:
            del self.stream[depth[0]:], self.stack[depth[1]:]
            self.push(b"K" + self.rng.randbytes(1), "scalar")

    def effect(self):
        """A call for what it does to the object on top, as picklers write it for a state setter."""
        self.remember()
        index, kind = list(self.memo.items())[-1]
        depth = len(self.stack)
        self.push(b"cmod\nsetter\n", "global")
        self.push(b"h" + bytes([index]), kind)
        self.value()
        self.stream.append(b"\x86R0")
        del self.stack[depth:]

    def compose(self):
        self.value()
        for _ in range(self.rng.randrange(1, 8)):
            step = self.rng.random()
            if step < 0.5:
                self.change()
            elif step < 0.6 and self.stack[-1] == "object":
                self.effect()
            else:
                self.value()
        body = b"".join(self.stream) + self.rng.choice([b"t", b"l"]) + b"."
        if self.protocol >= 4 and self.rng.random() < 0.5:
            body = b"\x95" + struct.pack("<Q", len(body)) + body
        return (b"\x80" + bytes([self.protocol]) if self.protocol >= 2 else b"") + body


def composed(rng):
    return Composer(rng, rng.randrange(6)).compose()


def random_pickles(seed):
    """Pickles without end, each with whether it is intact: about a fifth could be from some pickler, the others are damaged."""
    rng = random.Random(seed)
    whole = [b"\x80\x02]q\x00."]
    while True:
        fresh = rng.choice([composed, graph_pickle])(rng)
        if len(fresh) < 5000:
            whole.append(fresh)
            if len(whole) > 500:
                del whole[rng.randrange(len(whole))]
        yield fresh, True
        yield noise(rng), False
        for _ in range(3):
            stream = rng.choice(whole)
            for _ in range(rng.choice([1, 1, 1, 2, 3])):
                stream = damaged(rng, stream, rng.choice(whole))
            yield stream, False
