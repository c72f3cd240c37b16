"""dump and load, as joblib has them."""

import contextlib
import errno
import io
import os
import pickle
import warnings

from . import _core
from .errors import IsADirectoryFailure, UsageError
from .pickling import Unpickler, dump_opcodes, load_opcodes

_LEVELS = range(10)
_PICKLES = ("joblib", "pickle")
_BY_NAME = {}
_EXTENSIONS = []
for _name, _aliases, _extensions, _lowest, _highest, _default, _has_levels, _built in _core.codecs():
    for _one in (_name, *_aliases):
        _BY_NAME[_one] = (_name, _lowest, _highest, _default, _has_levels)
    _EXTENSIONS += [(extension, _name) for extension in _extensions]


def _choose_codec(compress, filename):
    """(codec, level) that the compress argument and the file's name ask for, by joblib's rules; (None, 0) for none. The name is None where
    there is none."""
    method, level = "zlib", compress
    if compress is True:
        level = None
    elif isinstance(compress, tuple):
        if len(compress) != 2:
            raise ValueError(
                "Compress argument tuple should contain exactly 2 elements: (compress method, compress level), you passed {}".format(compress)
            )
        method, level = compress
    elif isinstance(compress, str):
        method, level = compress, None
    known = _BY_NAME.get(method) if isinstance(method, str) else None
    levels = _levels_of(known) if isinstance(compress, tuple) and known else _LEVELS
    if level is not None and level is not False and level not in levels:
        raise ValueError('Non valid compress level given: "{}". Possible values are {}.'.format(level, list(levels)))
    if known is None:
        raise ValueError('Non valid compression method given: "{}". Possible values are {}.'.format(method, list(_BY_NAME)))
    if filename is not None and not isinstance(compress, (str, tuple)):
        by_extension = [name for extension, name in _EXTENSIONS if filename.endswith(extension)]
        if by_extension:
            known = _BY_NAME[by_extension[-1]]
            level = level or None
    if level is not None and level == 0:
        return None, 0
    name, _, _, default, _ = known
    if level is None:
        return name, default
    if not isinstance(level, int):
        try:
            level = level.__index__()
        except AttributeError:
            raise ValueError("'compresslevel' must be an integer between 1 and 9. You provided 'compresslevel={}'".format(level)) from None
    return name, int(level)


def _levels_of(known):
    """The levels that a tuple may name: joblib's, and the codec's own."""
    _, lowest, highest, _, _ = known
    return range(min(lowest, 0), max(highest, 9) + 1)


def dump(value, filename, compress=0, protocol=None, *, threads=0):
    """Persist any Python object into one file, as joblib.dump does; joblib.load reads it.

    Parameters
    ----------
    value: any Python object
    filename: str, os.PathLike, or file object with a write method
        The file appears under its name only when it is complete: what was there before stays until then, and if pickling fails.
    compress: int from 0 to 9, bool, str or 2-tuple
        0 or False: none, unless the name ends in a codec's extension (.z .gz .bz2 .lzma .xz .lz4 .zst); True: the codec's default level;
        "zstd": that codec; ("zstd", 19): that codec at that level.
    protocol: int, optional
        Of pickle; pickle.DEFAULT_PROTOCOL by default.
    threads: int
        That compress at once; 0: as many as the process has processors. The file does not depend on it.

    Returns
    -------
    A list with the file's name; None where a file object was given.

    >>> import larder, numpy, os, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> path = os.path.join(folder.name, "model.joblib")
    >>> larder.dump({"weights": numpy.arange(3.0), "name": "tiny"}, path) == [path]
    True
    >>> larder.load(path)["weights"]
    array([0., 1., 2.])
    >>> larder.load(path, mmap_mode="r")["weights"].flags.writeable
    False
    """
    if isinstance(filename, os.PathLike):
        filename = os.fspath(filename)
    is_name = isinstance(filename, str)
    write(value, filename, filename if is_name else None, compress, protocol, threads)
    return [filename] if is_name else None


def write(value, target, name, compress, protocol, threads):
    """What dump does, with the name that may choose the codec apart from the target."""
    codec, level = _choose_codec(compress, name)
    if not isinstance(target, str) and not hasattr(target, "write"):
        raise ValueError("Second argument should be a filename or a file-like object, %s (type %s) was given." % (target, type(target)))
    protocol = _protocol(protocol)
    sink, arrays = dump_opcodes(value, protocol)
    with _directories_reported(target), _opened(target, "wb") as file:
        _core.dump(sink, arrays, protocol, file, codec, level, threads)


def _opened(file, mode):
    """A FIFO or device as a file object, for which Python waits so that it can be interrupted; anything else as it is."""
    is_special = isinstance(file, str) and os.path.exists(file) and not os.path.isfile(file) and not os.path.isdir(file)
    return open(file, mode) if is_special else contextlib.nullcontext(file)


class _directories_reported:
    """Errors about a path that is a directory are those of Python's open."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        if isinstance(error, UsageError) and isinstance(self.path, str) and os.path.isdir(self.path):
            raise IsADirectoryFailure(errno.EISDIR, os.strerror(errno.EISDIR), self.path) from None


def _protocol(protocol):
    if protocol is None:
        return pickle.DEFAULT_PROTOCOL
    if protocol < 0:
        return pickle.HIGHEST_PROTOCOL
    if protocol > pickle.HIGHEST_PROTOCOL:
        raise ValueError("pickle protocol must be <= %d" % pickle.HIGHEST_PROTOCOL)
    return protocol


def _is_raw_file(file):
    return isinstance(getattr(file, "raw", file), io.FileIO)


def _usable_mmap_mode(mmap_mode, file, name, codec):
    """The mode, or None and a warning in joblib's words where nothing can be mapped."""
    if mmap_mode is None:
        return None
    if codec:
        warnings.warn(f'mmap_mode "{mmap_mode}" is not compatible with compressed file {name}. "{mmap_mode}" flag will be ignored.', stacklevel=4)
    elif isinstance(file, io.BytesIO):
        warnings.warn(
            f'In memory persistence is not compatible with mmap_mode "{mmap_mode}" flag passed. mmap_mode option will be ignored.', stacklevel=4
        )
    elif isinstance(file, str):
        return mmap_mode
    elif not _is_raw_file(file):
        warnings.warn(f'"{file!r}" is not a raw file, mmap_mode "{mmap_mode}" flag will be ignored.', stacklevel=4)
    return None


def _warn_of_age(name):
    warnings.warn(
        f"The file '{name}' has been generated with a joblib version less than 0.10. Please regenerate this pickle file.",
        DeprecationWarning,
        stacklevel=4,
    )


def _rewind_at_end(file):
    """A BytesIO that was just written to is read from its start, as joblib does."""
    if isinstance(file, io.BytesIO) and file.tell() == len(file.getbuffer()):
        file.seek(0)


def load(filename, mmap_mode=None, ensure_native_byte_order="auto", *, trust=True, format="", threads=0):
    """Reconstruct a Python object from a file that joblib.dump, larder.dump or pickle.dump wrote, as joblib.load does; or read arrays and
    data from a file of another format that larder knows (npy, npz, safetensors, torch, h5...).

    WARNING: unless `trust` says otherwise, this runs what the file says, as pickle does: then only load files that you trust.

    Parameters
    ----------
    filename: str, os.PathLike, or file object with a read method
        A file object is left right behind the object, so that several can be loaded one after another.
    mmap_mode: None, "r", "r+", "w+" or "c"
        Whether the arrays of an uncompressed file become numpy.memmap.
    ensure_native_byte_order: bool or "auto"
        Whether arrays come in this machine's byte order; "auto": unless they are mapped.
    trust: bool or a list of names
        True: as joblib. False: nothing is imported or called; what Python would make by that comes as larder.Object and larder.Global.
        A list of names, in which * stands for anything: the file is audited first, and only what these names allow is imported.
    format: str
        Of a file that holds another one than its first bytes tell.
    threads: int
        That decompress at once; 0: as many as the process has processors.

    >>> import io, larder, pickle, fractions
    >>> content = pickle.dumps({"half": fractions.Fraction(1, 2), "more": [1, 2]})
    >>> larder.load(io.BytesIO(content), trust=False)
    {'half': <larder.Object fractions.Fraction>, 'more': [1, 2]}
    >>> larder.load(io.BytesIO(content), trust=["fractions.Fraction"])
    {'half': Fraction(1, 2), 'more': [1, 2]}
    >>> larder.load(io.BytesIO(content), trust=["decimal.*"])
    Traceback (most recent call last):
    larder.errors.UnsafeReferenceError: the file uses what is not trusted: fractions.Fraction (listed: on the list of known names)
    """
    if isinstance(ensure_native_byte_order, str) and ensure_native_byte_order == "auto":
        ensure_native_byte_order = mmap_mode is None
    if ensure_native_byte_order and mmap_mode is not None:
        raise ValueError(
            "Native byte ordering can only be enforced if 'mmap_mode' parameter is set to None, "
            f"but got 'mmap_mode={mmap_mode}' instead."
        )
    file = os.fspath(filename) if isinstance(filename, os.PathLike) else filename
    name = getattr(file, "name", "") if hasattr(file, "read") else file
    _rewind_at_end(file)
    with _opened(file, "rb") as opened:
        return _load(opened, name, mmap_mode, bool(ensure_native_byte_order), trust, format, threads)


def _load(file, name, mmap_mode, native, trust, format, threads):
    policy = None
    if trust is not True and trust is not False:
        from .trust import audited

        file, policy = audited(file, trust, threads)
    with _directories_reported(file):
        source = _core.Source(file, threads)
    if source.codec == "zfile":
        _warn_of_age(name)
        mmap_mode = None
    mmap_mode = _usable_mmap_mode(mmap_mode, file, name, source.codec)
    if trust is False or format not in ("", *_PICKLES) or source.format not in _PICKLES:
        value = source.load_plain(mmap_mode or "", native, format, threads)
    else:
        unpickler = Unpickler(source, file if isinstance(file, str) else "", mmap_mode, native, policy.find if policy else None)
        value = load_opcodes(unpickler)
        if unpickler.is_legacy and source.codec != "zfile":
            _warn_of_age(name)
    source.finish()
    return value
