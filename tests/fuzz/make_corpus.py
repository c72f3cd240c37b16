#!/usr/bin/python3
"""Makes the fuzzers' seeds, corpus/NAME/*, with the tools that the formats belong to. The same files come out each time.

    python3 tests/fuzz/make_corpus.py

Seeds whose names start with "bug-" (a defect of larder) or "found-" (a rule that the fuzzer had not known) came out of fuzzing; they stay
as they are.
"""

import bz2
import collections
import datetime
import decimal
import fractions
import gzip
import io
import lzma
import pathlib
import pickle
import random
import struct
import subprocess
import uuid
import zipfile
import zlib

import joblib
import lz4.frame
import numpy as np

CORPUS = pathlib.Path(__file__).parent / "corpus"
GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "formats" / "data"
MOST_BYTES = 4096
MOST_BYTES_OF = {"h5": 12_000, "keras": 12_000}  # the least file with texts has more than 4 KiB

TEXT = b"the larder holds flour, salt, flour and more flour; " * 20
NOISE = random.Random(7).randbytes(300)
WALK = np.cumsum(np.random.default_rng(7).integers(-3, 4, 400)).astype("<i4").tobytes()
CONTENTS = {"empty": b"", "one": b"x", "text": TEXT, "noise": NOISE, "zeros": bytes(100_000), "walk": WALK}


def cut(data):
    return data[: len(data) * 2 // 3]


def damaged(data):
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0x55]) + data[middle + 1 :]


def with_accidents(seeds, name):
    """The seeds, and what happens to files: `name` cut, damaged, twice in a row, and with bytes behind it."""
    data = seeds[name]
    return seeds | {
        name + "-cut": cut(data),
        name + "-damaged": damaged(data),
        name + "-twice": data + data,
        name + "-and-more": data + b"more",
        name + "-padded": data + bytes(12),
        name + "-no-checksum": data[:-4],
    }


def each_content(compress):
    return {name: compress(content) for name, content in CONTENTS.items()}


def zlib_seeds():
    seeds = each_content(zlib.compress)
    for level in (0, 1, 9):
        seeds[f"text-level-{level}"] = zlib.compress(TEXT, level)
    for name, strategy in (("fixed", zlib.Z_FIXED), ("huffman", zlib.Z_HUFFMAN_ONLY), ("rle", zlib.Z_RLE)):
        coder = zlib.compressobj(6, zlib.DEFLATED, 9, 9, strategy)
        seeds[f"text-{name}"] = coder.compress(TEXT) + coder.flush()
    coder = zlib.compressobj(6)
    seeds["flushed"] = coder.compress(TEXT) + coder.flush(zlib.Z_FULL_FLUSH) + coder.compress(WALK) + coder.flush()
    coder = zlib.compressobj(6, zlib.DEFLATED, 15, 8, zlib.Z_DEFAULT_STRATEGY, b"flour")
    seeds["dictionary"] = coder.compress(TEXT) + coder.flush()
    return with_accidents(seeds, "text")


def inflate_blocks_seeds():
    """Raw deflate data, whose blocks end with a marker, and some that only seem to."""

    def flushed(pieces, mode=zlib.Z_FULL_FLUSH, level=6):
        coder = zlib.compressobj(level, zlib.DEFLATED, -15)
        return b"".join(coder.compress(piece) + coder.flush(mode) for piece in pieces) + coder.flush()

    marker = b"\x00\x00\x00\xff\xff"
    seeds = {
        "plain": flushed([]),
        "three": flushed([TEXT, WALK, NOISE]),
        "same": flushed([TEXT] * 5),
        "needs-history": flushed([TEXT] * 5, zlib.Z_SYNC_FLUSH),
        "partial": flushed([TEXT] * 3, zlib.Z_PARTIAL_FLUSH),
        "empty": flushed([b""] * 5),
        "false-markers": flushed([(NOISE[:50] + marker) * 3] * 3, level=0),
        "swallowed-tail": flushed([NOISE[:50] + marker + TEXT[:2]] * 3, level=0),
        "only-markers": flushed([marker * 30] * 2, level=0),
        "large": flushed([bytes(100_000), TEXT]),
    }
    return with_accidents(seeds, "three")


def gzip_seeds():
    seeds = each_content(lambda content: gzip.compress(content, mtime=0))
    body = gzip.compress(TEXT, mtime=0)[10:]
    flags = {"text": 1, "checksum": 2, "extra": 4, "name": 8, "comment": 16}
    fields = {"text": b"", "extra": b"\x06\x00AB\x02\x00cd", "name": b"larder\x00", "comment": b"flour\x00"}
    for name, field in fields.items():
        seeds[f"header-{name}"] = b"\x1f\x8b\x08" + bytes([flags[name]]) + bytes(5) + b"\xff" + field + body
    head = b"\x1f\x8b\x08\x02" + bytes(5) + b"\xff"
    seeds["header-checksum"] = head + struct.pack("<H", zlib.crc32(head) & 0xFFFF) + body
    seeds["header-reserved"] = b"\x1f\x8b\x08\xe0" + bytes(5) + b"\xff" + body
    return with_accidents(seeds, "text")


def bz2_seeds():
    seeds = each_content(bz2.compress)
    seeds["text-level-1"] = bz2.compress(TEXT, 1)
    seeds["walk-level-1"] = bz2.compress(WALK, 1)
    return with_accidents(seeds, "text")


def lzma_seeds():
    seeds = each_content(lambda content: lzma.compress(content, lzma.FORMAT_ALONE, preset=0))
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 4096, "lc": 0, "lp": 2, "pb": 0}]
    seeds["walk-lp2"] = lzma.compress(WALK, lzma.FORMAT_ALONE, filters=filters)
    text = seeds["text"]
    seeds["known-size"] = text[:5] + struct.pack("<Q", len(TEXT)) + text[13:]
    seeds["wrong-size"] = text[:5] + struct.pack("<Q", len(TEXT) - 5) + text[13:]
    seeds["large-dictionary"] = text[:1] + struct.pack("<I", 1 << 30) + text[5:]
    return with_accidents(seeds, "text")


def xz_seeds():
    seeds = each_content(lambda content: lzma.compress(content, preset=0))
    for name, check in (("none", lzma.CHECK_NONE), ("crc32", lzma.CHECK_CRC32), ("sha256", lzma.CHECK_SHA256)):
        seeds[f"check-{name}"] = lzma.compress(TEXT, check=check, preset=0)
    small = {"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 4096}
    seeds["delta"] = lzma.compress(WALK, filters=[{"id": lzma.FILTER_DELTA, "dist": 4}, small])
    seeds["x86"] = lzma.compress(TEXT, filters=[{"id": lzma.FILTER_X86}, small])
    seeds["blocks"] = subprocess.run(["xz", "-0", "--block-size=300", "-c"], input=TEXT, capture_output=True, check=True).stdout
    return with_accidents(seeds, "text")


def lz4_seeds():
    seeds = each_content(lz4.frame.compress)
    options = {
        "linked": {"block_linked": True},
        "independent": {"block_linked": False},
        "checksums": {"content_checksum": True, "block_checksum": True},
        "no-size": {"store_size": False},
        "4mb": {"block_size": lz4.frame.BLOCKSIZE_MAX4MB},
        "hc": {"compression_level": 9},
    }
    for name, option in options.items():
        seeds[f"text-{name}"] = lz4.frame.compress(TEXT, **option)
    skippable = struct.pack("<II", 0x184D2A53, 5) + b"salty"
    seeds["skippable-first"] = skippable + seeds["text"]
    seeds["skippable-last"] = seeds["text"] + skippable
    seeds["legacy"] = struct.pack("<I", 0x184C2102) + bytes(8)
    seeds["dictionary"] = seeds["text"][:4] + bytes([seeds["text"][4] | 1]) + seeds["text"][5:]
    return with_accidents(seeds, "text")


def zstd(content, *options):
    return subprocess.run(["zstd", "-q", "-c", *options], input=content, capture_output=True, check=True).stdout


def zstd_seeds():
    seeds = each_content(zstd)
    for name, options in {
        "fast": ["--fast=5"],
        "19": ["-19"],
        "no-check": ["--no-check"],
        "long": ["--long=24"],
        "size": ["--stream-size", str(len(TEXT))],
    }.items():
        seeds[f"text-{name}"] = zstd(TEXT, *options)
    skippable = struct.pack("<II", 0x184D2A50, 5) + b"salty"
    seeds["skippable-first"] = skippable + seeds["text"]
    seeds["skippable-last"] = seeds["text"] + skippable
    seeds["raw-block"] = struct.pack("<IBB", 0xFD2FB528, 0x20, 3) + b"\x19\x00\x00abc"
    seeds["rle-block"] = struct.pack("<IBB", 0xFD2FB528, 0x20, 9) + b"\x4b\x00\x00z"
    seeds["large-window"] = struct.pack("<IBB", 0xFD2FB528, 0, 0xA0) + b"\x19\x00\x00abc"
    return with_accidents(seeds, "text")


DTYPES = ["?", "i1", "<u2", ">i4", "<i8", "<f2", ">f4", "<f8", "<g", "<c8", ">c16", "S3", "<U2", ">U2", "V3", "<M8[ns]",
          "<m8[25s]", [("a", "<f8"), ("b", ">i2", (2, 2))], [("a", "u1"), ("", "V3"), ("c", "S2")],
          [(("title", "n"), "<i4"), ("m", [("x", "<f4")])]]  # fmt: skip


def array_of(dtype, shape=(2, 3)):
    dtype = np.dtype(dtype)
    size = int(np.prod(shape)) * dtype.itemsize
    return np.frombuffer((NOISE * 9)[:size] if dtype.kind == "V" and dtype.names is None else bytes(size), dtype).reshape(shape)


def npy(array, version=None):
    out = io.BytesIO()
    np.lib.format.write_array(out, np.asanyarray(array), version)
    return out.getvalue()


def npy_text(text, version=(1, 0)):
    text = text.encode("utf-8" if version == (3, 0) else "latin1")
    length = struct.pack("<H" if version == (1, 0) else "<I", len(text))
    return b"\x93NUMPY" + bytes(version) + length + text


def npy_seeds():
    seeds = {f"dtype-{number}": npy(array_of(dtype)) for number, dtype in enumerate(DTYPES)}
    seeds |= {
        "scalar": npy(np.float64(3.5)),
        "empty": npy(np.zeros((0, 3))),
        "fortran": npy(np.asfortranarray(np.arange(6.0).reshape(2, 3))),
        "version-2": npy(np.arange(3), (2, 0)),
        "version-3": npy(np.zeros(2, [("größe", "<f8"), ("長さ", "u1")])),
        "objects": npy(np.array([1, "two", None, [3]], object)),
        "python-2": npy_text("{'descr': '<i4', 'fortran_order': False, 'shape': (2L,), }\n") + bytes(8),
        "comment": npy_text("{'descr': '|u1', # flour\n 'fortran_order': True, 'shape': (2,1)}", (2, 0)) + bytes(2),
        "too-large": npy_text("{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296)}"),
        "long-shape": npy_text("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000,)}") + bytes(64),
        "negative": npy_text("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}"),
        "deep": npy_text("[" * 150 + "]" * 150),
        "next-version": npy(np.arange(3)).replace(b"\x01\x00", b"\x04\x00", 1),
    }
    return with_accidents(seeds, "dtype-7")


class Plain:
    def __init__(self):
        self.alpha = 0.5
        self.names = ["a", "b"]


class Slotted:
    __slots__ = ("x",)

    def __init__(self):
        self.x = 1

    def __reduce__(self):
        return Slotted, (), {"x": 1}, iter([1, 2]), iter([("k", "v")])


class WithKeywords:
    def __new__(cls, *, size=0):
        return super().__new__(cls)

    def __getnewargs_ex__(self):
        return (), {"size": 3}


class Persistent(pickle.Pickler):
    def persistent_id(self, value):
        return ("row", 7) if value == "persistent" else None


def values():
    cycle = [1]
    cycle.append(cycle)
    shared = ["shared"]
    loop = {}
    loop["self"] = (loop, [loop])
    deep = []
    for _ in range(200):
        deep = [deep]
    return {
        "none": None,
        "bools": [True, False],
        "ints": [0, 1, -1, 255, 65536, -(2**31), 2**31, 2**63, -(2**63), 10**50, -(10**50), 2**2100],
        "floats": [0.0, -0.0, 1.5, float("inf"), float("-inf"), float("nan"), 5e-324],
        "complex": 1 + 2j,
        "texts": ["", "flour", "Größe 長さ 🍞", "\ud800", "a\nb'\"\\", "x" * 300],
        "bytes": [b"", b"\x00\xff", b"y" * 300, bytearray(b"z")],
        "containers": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4), [], {}, {3}, frozenset([4])],
        "dict": {"a": 1, 2: "b", (3, "c"): None, None: [], True: 1.0, b"k": frozenset([(1,)])},
        "shared": [shared, shared, (shared, shared)],
        "cycle": cycle,
        "loop": loop,
        "deep": deep,
        "object": Plain(),
        "reduce": Slotted(),
        "keywords": WithKeywords(),
        "ordered": collections.OrderedDict(a=1, b=2),
        "counter": collections.Counter("flour"),
        "default": collections.defaultdict(list, a=[1]),
        "deque": collections.deque([1, 2], 5),
        "slice": slice(1, 2),
        "range": range(3),
        "date": datetime.datetime(2001, 2, 3, 4, 5, 6, tzinfo=datetime.timezone.utc),
        "decimal": [decimal.Decimal("1.50"), fractions.Fraction(1, 3), uuid.UUID(int=5)],
        "path": pathlib.PurePosixPath("a/b"),
        "builtins": [len, int, dict, Ellipsis, NotImplemented],
        "scalars": [np.float64(1.5), np.int32(7), np.bool_(True), np.datetime64("2001-02-03")],
        "dtypes": [np.dtype(dtype) for dtype in DTYPES],
    }


def arrays():
    base = np.arange(6.0).reshape(2, 3)
    return {
        "c": base,
        "fortran": np.asfortranarray(base),
        "scalar": np.array(5),
        "empty": np.zeros((0, 2), "i2"),
        "shared": [base, base, {"view": base[::2]}],
        "objects": np.array([1, "two", None, (3,)], object),
        "matrix": np.matrix([[1, 2]]),
        "structured": np.zeros(2, DTYPES[-1]),
        "mixed": {"weights": base, "names": ["a"], "bias": np.float32(2), "big": base.astype(">f4")},
    }


def numpy_objects():
    grid = np.arange(6, dtype=">i2").reshape(2, 3)
    return {
        "arrays": [grid, grid.astype("<i2"), np.asfortranarray(grid), np.array(3), np.zeros((0, 2))],
        "axes": grid.reshape(1, 2, 3).transpose(2, 0, 1),
        "masked": np.ma.array([1, 2], mask=[0, 1], dtype="i2"),
        "records": np.rec.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8")]),
        "time": np.zeros(2, [("t", "M8[s]"), ("m", "m8[25s]")]),
        "objects": np.array([1, "two", None], object),
    }


def dumped(dump, *arguments, **options):
    out = io.BytesIO()
    dump(*arguments[:1], out, *arguments[1:], **options)
    return out.getvalue()


def pickle_seeds():
    seeds = {}
    for name, value in values().items():
        for protocol in (0, 1, 2, 3, 4, 5):
            if protocol in (0, 2, 4) or name in ("texts", "bytes", "containers", "object"):
                try:
                    seeds[f"{name}-{protocol}"] = pickle.dumps(value, protocol)
                except pickle.PicklingError:  # some values need a newer protocol
                    pass
    for name, value in arrays().items():
        seeds[f"array-{name}"] = dumped(joblib.dump, value)
        seeds[f"array-{name}-pickled"] = pickle.dumps(value, 4)
    for protocol in (0, 1, 2, 3, 5):
        seeds[f"array-protocol-{protocol}"] = dumped(joblib.dump, arrays()["mixed"], protocol=protocol)
    for number, dtype in enumerate(DTYPES):
        seeds[f"array-dtype-{number}"] = dumped(joblib.dump, array_of(dtype))
    for name, value in numpy_objects().items():
        for protocol in (0, 2, 5):
            seeds[f"numpy-{name}-{protocol}"] = pickle.dumps(value, protocol)
    buffers = []
    beside = [np.frombuffer(bytearray(8), "<i4"), np.frombuffer(b"123456", "u1"), np.zeros((0, 2))]
    seeds["buffers"] = pickle.dumps(beside, 5, buffer_callback=buffers.append)
    seeds["buffers-alone"] = b"\x80\x05](\x97\x97\x98\x97e."
    seeds["python-2-strings"] = b"\x80\x02](U\x02okU\x02\xe9!T\x01\x00\x00\x00\xffS'\\xe9'\ne."
    array = pickle.dumps(np.arange(2, dtype="<i2"), 2)
    start = array.index(b"h\x03X")
    end = array.index(b"R", start)
    seeds["python-2-array"] = array[:start] + b"U\x04\x01\x00\xff\xff" + array[array.index(b"t", end):]
    thing = b"\x80\x02cm\nThing\n)Rq\x00"
    seeds["setter"] = thing + b"cm\nset\nh\x00}\x86R0}bK\x01a(K\x02\x90."
    seeds["early-array"] = array.replace(b"R", b"R2", 2)
    seeds["object-with-array"] = dumped(joblib.dump, {"model": Plain(), "coef": np.arange(3)})
    seeds["persistent-0"] = dumped(lambda value, out: Persistent(out, 0).dump(value), "persistent")
    seeds["persistent-4"] = dumped(lambda value, out: Persistent(out, 4).dump(value), ["persistent"])
    seeds["extension"] = b"\x80\x02\x82\x05."
    seeds["python-2-instance"] = b"(icollections\nThing\np0\n(dp1\nS'x'\nI1\nsb."
    seeds["python-2-class"] = b"(c__builtin__\nset\n(lp0\nI1\naoq\x01."
    seeds["laughs"] = b"\x80\x02]" + b"2\x862\x86" * 20 + b"."
    seeds["wild-memo"] = b"\x80\x02Nr\xff\xff\xff\x7fj\xff\xff\xff\x7f\x86."
    seeds["false-length"] = b"\x80\x04\x8d" + b"\xff" * 7 + b"\x7f."
    seeds["false-frame"] = b"\x80\x04\x95" + b"\xff" * 8 + b"N."
    seeds["two-objects"] = pickle.dumps(1, 4) + pickle.dumps(2, 4)
    return with_accidents(seeds, "array-mixed")


def h5_seeds():
    folder = pathlib.Path(__file__).parent.parent / "formats" / "data" / "h5"
    seeds = {path.stem: path.read_bytes() for path in sorted(folder.glob("*.h5"))}
    return with_accidents(seeds, "plain")


class OneWay(io.RawIOBase):
    """A file that cannot seek: zipfile then writes sizes behind the members."""

    def __init__(self):
        self.data = b""

    def writable(self):
        return True

    def write(self, data):
        self.data += bytes(data)
        return len(data)


def zip_of(members, file=None, force_zip64=False, comment=b""):
    file = file or io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.comment = comment
        for name, content, method in members:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = method
            with archive.open(entry, "w", force_zip64=force_zip64) as member:
                member.write(content)
    return file.data if isinstance(file, OneWay) else file.getvalue()


def zip_seeds():
    stored, deflated = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
    two = [("a", b"first", stored), ("b/c", TEXT, deflated)]
    seeds = {
        "none": zip_of([]),
        "two": zip_of(two),
        "empty": zip_of([("a", b"", stored), ("b", b"", deflated)]),
        "zip64": zip_of(two, force_zip64=True),
        "streamed": zip_of(two, OneWay()),
        "streamed-zip64": zip_of(two, OneWay(), force_zip64=True),
        "comment": zip_of(two, comment=b"PK, they say"),
        "names": zip_of([("\u00e9", b"x", stored), ("../x", b"y", stored), ("z/", b"", stored)]),
        "inner": zip_of([("inner.zip", zip_of(two), stored)]),
        "unchecked": zip_of(two).replace(zlib.crc32(b"first").to_bytes(4, "little"), bytes(4)),
    }
    return with_accidents(seeds, "two")


def json_seeds():
    texts = ["{}", "[]", " null ", "true", "-1.5e300", "123456789012345678901234567890", '"\\ud83d\\ude00 \\u0000"', '{"a": [1, 2.5, {"b": null}], "a": 2}',
             '{"$bytes": "eHk=", "$tuple": [1]}', "[" * 200 + "]" * 200, '["cut', "\ufeff[1]", "[1,]", "[1] 2", '{"a" 1}', "1e999"]  # fmt: skip
    return {f"{number:02}": text.encode() for number, text in enumerate(texts)}


def without_checksums(archive):
    """The ZIP archive with 0 for each checksum, as torch can write it: so that what is changed in it is still read."""
    data = bytearray(archive)
    for member in zipfile.ZipFile(io.BytesIO(archive)).infolist():
        checksum = struct.pack("<I", member.CRC)
        for signature, distance in ((b"PK\1\2", 16), (b"PK\3\4", 14), (b"PK\7\x08", 4)):
            at = -1
            while member.compress_type == 0 and (at := archive.find(signature, at + 1)) >= 0:
                if archive[at + distance : at + distance + 4] == checksum:
                    data[at + distance : at + distance + 4] = bytes(4)
    return bytes(data)


def goldens(kind):
    return {path.name: path.read_bytes() for path in sorted((GOLDEN / kind).iterdir())}


def torch_seeds():
    seeds = goldens("torch") | goldens("torchscript")
    unchecked = {name + "-unchecked": without_checksums(data) for name, data in seeds.items()}
    nested_name = unchecked["quantized_1.13.pt-unchecked"].replace(b"per_tensor_affine", b"per_te.sor_affine")
    return unchecked | {"module": seeds["module_1.13.pt"], "nested_name": nested_name}


def npz_seeds():
    seeds = goldens("npz")
    return seeds | {name + "-unchecked": without_checksums(data) for name, data in seeds.items()}


def safetensors_seeds():
    seeds = goldens("safetensors")
    tensor = '{"dtype":"%s","shape":[%s],"data_offsets":[%s]}'
    headers = {
        "plain": ('{"a":' + tensor % ("U8", "2", "0,2") + "}", b"ab"),
        "order": ('{"b":' + tensor % ("I16", "", "2,4") + ',"a":' + tensor % ("F4", "4,1", "0,2") + "}", b"abcd"),
        "twice": ('{"a":' + tensor % ("U8", "2", "0,2") + ',"a":' + tensor % ("U8", "2", "2,4") + "}", b"abcd"),
        "wraps": ('{"a":' + tensor % ("F32", "4194305,4194305,211106198978564", "0,4") + "}", b"abcd"),
        "texts": ('{"__metadata__":{"a":"b"},"a":' + tensor % ("BOOL", "0", "0,0") + "}", b""),
    }
    files = {name: struct.pack("<Q", len(text)) + text.encode() + data for name, (text, data) in headers.items()}
    return with_accidents(seeds | files, "model.safetensors")


def keras_seeds():
    return {"bfloat16": without_checksums(goldens("keras")["bfloat16.keras"])}


def torch_legacy_seeds():
    return goldens("torch-legacy")


def torch_tar_seeds():
    """Without the padding at the end, and what is not read."""
    data = goldens("torch-tar")["values_0.1.pt"]
    return {"values": data[data.index(b"pickle\0") : 4608]}


def gensim_seeds():
    """Whether the name is a compressed file's, the file, and its companions in the order in which they are opened (gensim.cpp)."""
    order = {
        "vectors.gensim": ["vectors.gensim.vectors.npy"],
        "index.gensim": ["index.gensim.index.npy"] + [f"index.gensim.index.{part}.npy" for part in ("data", "indptr", "indices")],
        "lda.gensim": ["lda.gensim.expElogbeta.npy", "lda.gensim.state", "lda.gensim.state.eta.npy", "lda.gensim.state.sstats.npy",
                       "lda.gensim.id2word"],
    }
    files = goldens("gensim")
    seeds = {name: b"\0" + b"\n--\n".join([files[name]] + [files[part] for part in parts]) for name, parts in order.items()}
    seeds["vectors.gz"] = b"\1" + b"\n--\n".join([gzip.decompress(files["vectors.gz"]), files["vectors.gz.vectors.npz"]])
    index = [files["index.bz2.index.npz"], files["index.bz2.index.sparse.npz"]]
    seeds["index.bz2"] = b"\1" + b"\n--\n".join([bz2.decompress(files["index.bz2"])] + index)
    return seeds


def word2vec_seeds():
    return goldens("word2vec") | {"newlines": b"2 1\na \0\0\0\0\nb \0\0\x80?\n", "bytes": b"1 1\n\xff \0\0\0\0", "none": b"0 3\n",
                                   "wide": b"0 111111111111114\n"}  # fmt: skip


def word2vec_text_seeds():
    return goldens("word2vec-text") | {"spaces": b"2 2\na 1 2 \nb 0.5 -1e-3 \n\n", "odd": b"1 4\na nan inf -inf 1e-60\r\n", "none": b"0 3\n",
                                        "wide": b"0 5400040000942\n"}  # fmt: skip


def tf_checkpoint_seeds():
    """The first blocks of indexes, behind a byte that says that they are not compressed (tf_checkpoint.cpp)."""
    folder = pathlib.Path(__file__).parent.parent / "formats" / "data" / "tf-checkpoint"
    seeds = {path.stem: b"\0" + path.read_bytes().split(b"\0\0\0\0\1\0\0\0")[0] for path in sorted(folder.glob("*.index"))}
    snappy = b"\1\x2a\x24" + b"\0\0\6\x08\1\x1a\2\x08\1" + b"\x11\2" * 3 + b"\0" * 9
    return with_accidents(seeds | {"snappy": snappy}, "shards")


def onnx_seeds():
    seeds = {path.stem: path.read_bytes() for path in sorted((GOLDEN / "onnx").glob("*.onnx"))}
    return with_accidents(seeds, "linear")


def pmml_seeds():
    matrix = b'<PMML><Matrix nbRows="2" nbCols="2" diagDefault="1"><MatCell row="1" col="2">7</MatCell></Matrix><?x y?></PMML>'
    return with_accidents(goldens("pmml") | {"matrix": matrix}, "matrix")


def dtype_seeds():
    texts = [np.dtype(dtype).str for dtype in DTYPES] + [repr(np.dtype(dtype).descr) for dtype in DTYPES]
    texts += ["float64", "f8,i4", "3f4", "(2,3)i2", "O", "|O", "=i4", "bfloat16", "float8_e4m3fn", "datetime64[ns]", "M8",
              "U2147483647", "S", "[('a', '<f8'), ('a', '<f8')]", "[('', '|V4')]", "'<f8'", "('<i4', (2, 2))",
              "{'names': ['a'], 'formats': ['<f8'], 'offsets': [4], 'itemsize': 16}", "[" * 70 + "]" * 70]  # fmt: skip
    return {f"{number:02}": text.encode() for number, text in enumerate(texts)}


def compress_seeds():
    texts = ["0", "3", "9", "10", "-1", "true", "false", "none", "auto", "zlib", "gzip:6", "bz2:0", "lzma:9", "xz:3", "lz4:12",
             "zstd:19", "zstd:-5", "zstd:-131072", "raw", "raw:1", "", ":", "zlib:", ":3", "zlib:true", "snappy:3",
             "99999999999999999999", "auto\nmodel.joblib.gz", "true\nmodel.z", "3\na.xz", "none\nb.lz4", "gzip\n.zst"]  # fmt: skip
    return {f"{number:02}": text.encode() for number, text in enumerate(texts)}


def write(name, seeds):
    folder = CORPUS / name
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if not old.name.startswith(("bug-", "found-")):
            old.unlink()
    kept = {seed: data for seed, data in seeds.items() if len(data) <= MOST_BYTES_OF.get(name, MOST_BYTES)}
    for seed, data in kept.items():
        (folder / seed).write_bytes(data)
    print(f"{name}: {len(kept)} seeds, {sum(map(len, kept.values()))} bytes")


if __name__ == "__main__":
    makers = {"inflate_blocks": inflate_blocks_seeds, "zlib": zlib_seeds, "gzip": gzip_seeds, "bz2": bz2_seeds, "lzma": lzma_seeds, "xz": xz_seeds, "lz4": lz4_seeds,
              "zstd": zstd_seeds, "npy": npy_seeds, "npz": npz_seeds, "keras": keras_seeds, "pickle": pickle_seeds, "h5": h5_seeds, "zip": zip_seeds, "json": json_seeds, "tf_checkpoint": tf_checkpoint_seeds,
              "onnx": onnx_seeds, "pmml": pmml_seeds,
              "gensim": gensim_seeds, "word2vec": word2vec_seeds, "word2vec-text": word2vec_text_seeds, "safetensors": safetensors_seeds, "torch": torch_seeds, "torch-legacy": torch_legacy_seeds, "torch-tar": torch_tar_seeds, "dtype": dtype_seeds, "compress": compress_seeds}  # fmt: skip
    for name, seeds in makers.items():
        write(name, seeds())
