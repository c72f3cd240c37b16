"""Stores: keys to bytes, arrays and models, in a directory, in memory or on S3."""

import datetime
import os
import pickle
from collections.abc import MutableMapping

from . import _core
from .errors import NotFoundError, UsageError
from .persistence import load, write
from .streams import InputFile, OutputFile

_FILE = "file://"
_MODES_THAT_KEEP = ("r", "c", "readonly", "copyonwrite")


class Store(MutableMapping):
    """Values under keys, for one process or for many at once: a value appears whole or not at all.

    Parameters
    ----------
    url: a directory, "file:///a/directory", "s3://bucket/prefix" or "memory:"
    settings: what docs/store.md and docs/s3.md name, such as sync="none", bytes="10G", endpoint="https://..."

    A mapping of str to bytes. It can be pickled (but for one in memory): who unpickles it opens the same place.

    >>> import larder, numpy
    >>> store = larder.Store("memory:")
    >>> store["notes/first"] = b"some bytes"
    >>> store["notes/first"], list(store), "notes/second" in store
    (b'some bytes', ['notes/first'], False)
    >>> store.dump(numpy.arange(3), "arrays/small.joblib")
    >>> store.load("arrays/small.joblib")
    array([0, 1, 2])
    >>> store.stat("notes/first").size
    10
    """

    def __init__(self, url, **settings):
        url = os.fspath(url)
        if ":" not in url:
            url = os.path.abspath(url)
        self.url = url
        self.settings = {name: _setting(value) for name, value in settings.items()}
        self._store = _core.open_store(url, self.settings)
        self.capabilities = frozenset(self._store.capabilities)

    def __reduce__(self):
        if self.url.lower().startswith("memory:"):
            raise pickle.PicklingError("a store in memory belongs to its process")
        return _reopen, (type(self), self.url, self.settings)

    def __repr__(self):
        return f"{type(self).__name__}({self.url!r})"

    def __eq__(self, other):
        return self is other or (
            isinstance(other, Store) and not self.url.lower().startswith("memory:") and (self.url, self.settings) == (other.url, other.settings)
        )

    def __hash__(self):
        return hash(self.url)

    def __getitem__(self, key):
        return self._find(key).read(-1)

    def __setitem__(self, key, value):
        self.put(key, value)

    def __delitem__(self, key):
        if not self._store.remove(key):
            raise self._missing(key)

    def __contains__(self, key):
        return isinstance(key, str) and self._store.exists(key)

    def __iter__(self):
        return self.list()

    def __len__(self):
        return sum(1 for _ in self.list())

    def get(self, key, default=None, *, offset=0, size=None, verify=False):
        """The bytes of `key`, or those `size` from `offset` on; `default` where there is no such key. verify: compares all bytes with
        their checksum first."""
        found = self._store.find(key, offset, size, verify)
        return default if found is None else found.read(-1)

    def put(self, key, value, *, metadata=None, cost=None, if_absent=False, if_match=None):
        """Puts bytes, or anything with a buffer, and returns their Stat.

        metadata: a dict of small texts to keep with it. cost: the seconds that it took to compute. if_absent: only where there is no
        such key; if_match: only where the value there has this etag; None is returned where that does not hold.
        """
        return self._store.put(key, memoryview(value).cast("B"), metadata or {}, cost, if_absent, if_match)

    def stat(self, key):
        """What is known about the value of `key` without reading it: a Stat; None where there is none."""
        return self._store.stat(key)

    def list(self, prefix="", details=False):
        """An iterator of the keys that begin with `prefix`, in no order; with details of (key, Stat)."""
        listing = self._store.list(prefix, details)
        page = listing.next()
        while page:
            yield from page if details else (key for key, _ in page)
            page = listing.next()

    def clear(self, prefix=""):
        """Removes all keys that begin with `prefix`."""
        for key in self.list(prefix):
            self._store.remove(key)

    def move(self, source, target):
        """Gives the value of `source` the key `target`. Whether there was one."""
        return self._store.move(source, target)

    def touch(self, key):
        """Counts as a use of `key`. Whether there is such a key."""
        return self._store.touch(key)

    def open(self, key, mode="rb", **put):
        """A file object: "rb" reads the value of `key`; "wb" writes one that takes its place when the file is closed, unless an
        exception ends its `with` block. put: as of `put`."""
        if mode == "rb":
            return InputFile(self._find(key))
        if mode != "wb":
            raise ValueError(f"Invalid mode: {mode!r}")
        return OutputFile(
            self._store.create(key, put.pop("metadata", None) or {}, put.pop("cost", None), put.pop("if_absent", False), put.pop("if_match", None))
        )

    def load(self, key, mmap_mode=None, **options):
        """The object of `key`, as larder.load does; arrays are mapped ("r" and "c") in a directory."""
        if mmap_mode is None or not self.is_directory:
            with self.open(key) as file:
                return load(file, mmap_mode, **options)
        if mmap_mode not in _MODES_THAT_KEEP:
            raise UsageError(f'mmap_mode "{mmap_mode}" would change a value in place, which values in a store never do')
        if not self._store.touch(key):
            raise self._missing(key)
        return load(self.path(key), mmap_mode, **options)

    def dump(self, value, key, compress=0, protocol=None, *, threads=0, **put):
        """Puts the object, as larder.dump does; the key's extension chooses the codec as a file's does. put: as of `put`."""
        with self.open(key, "wb", **put) as file:
            write(value, file, key, compress, protocol, threads)

    def evict(self, bytes=None, items=None, age=None, policy="least-recent"):
        """Removes what was not used for the longest time until all limits hold; returns what went: (name, size, reason) of each.

        bytes: a number or "10G"; items: a number; age: a timedelta or "30d"; policy: or "cheapest", by the cost that it was put with.

        >>> import larder
        >>> store = larder.Store("memory:")
        >>> for number in range(3):
        ...     store[f"value {number}"] = bytes(1000)
        >>> store.evict(bytes="2K")
        [('value 0', 1000, 'bytes')]
        """
        return self._store.evict(size_of(bytes), items, _nanoseconds(age), policy)

    @property
    def is_directory(self):
        """Whether each value is a file of its own, which `path` names."""
        return self._store.name().startswith(_FILE + "/")

    def path(self, key):
        """The file that has the value of `key`; only in a directory."""
        if not self.is_directory:
            raise UsageError(f"{self.url} is no directory")
        return self._store.name(key)[len(_FILE):]

    def _find(self, key):
        found = self._store.find(key, 0, None, False)
        if found is None:
            raise self._missing(key)
        return found

    def _missing(self, key):
        return NotFoundError(f"there is no {key!r} in {self.url}")


def _reopen(kind, url, settings):
    return kind(url, **settings)


def _setting(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def size_of(size):
    """A number of bytes, of "10G" as well; None stays None."""
    return _core.parse_size(size) if isinstance(size, str) else size


def _nanoseconds(age):
    if isinstance(age, datetime.timedelta):
        return age // datetime.timedelta(microseconds=1) * 1000
    return _core.parse_age(age) if isinstance(age, str) else age
