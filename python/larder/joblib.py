"""What joblib gets from larder: compressors, and a store for its Memory."""

import datetime
import os
import re
import types
import warnings

import joblib
from joblib import _store_backends, compressor

from . import _core
from .errors import NotFoundError, UnsupportedError
from .files import CodecFile
from .persistence import dump, load
from .stores import Store

_ZSTD_PREFIX = b"\x28\xb5\x2f\xfd"
_NAMES_OF_JOBLIB = ("zlib", "gzip", "bz2", "lzma", "xz", "lz4")
_ITEM = re.compile(r"(.*/)?[a-f0-9]{32}[^/]*")
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


def register():
    """Gives joblib larder's compressors and its store; registering twice does no harm.

    Afterwards joblib.dump(value, file, compress="zstd") is known (so is the extension .zst), larder does the work of zlib, gzip, bz2,
    lzma, xz and lz4, and joblib.Memory takes backend="larder": in a directory, or on S3, with limits that each write enforces.

    >>> import larder, joblib, tempfile
    >>> larder.register()
    >>> folder = tempfile.TemporaryDirectory()
    >>> memory = joblib.Memory(folder.name, backend="larder", compress="zstd", backend_options={"bytes_limit": "10G"}, verbose=0)
    >>> square = memory.cache(lambda x: x * x)
    >>> square(3), square(3)
    (9, 9)
    >>> joblib.dump([1, 2], folder.name + "/list.zst") and joblib.load(folder.name + "/list.zst")
    [1, 2]
    """
    for name in _NAMES_OF_JOBLIB:
        of_joblib = compressor._COMPRESSORS[name]
        joblib.register_compressor(name, _Compressor(name, of_joblib.prefix, of_joblib.extension), force=True)
    joblib.register_compressor("zstd", _Compressor("zstd", _ZSTD_PREFIX, ".zst"), force=True)
    joblib.register_store_backend("larder", LarderStoreBackend)


class _Compressor(compressor.CompressorWrapper):
    def __init__(self, codec, prefix, extension):
        class File(CodecFile):
            def __init__(self, file, mode="rb", compresslevel=None):
                super().__init__(file, mode, codec=codec, level=compresslevel)

        super().__init__(obj=File, prefix=prefix, extension=extension)


class _Persistence:
    """What stands for joblib.numpy_pickle in joblib's own methods."""

    @staticmethod
    def load(file, mmap_mode=None):
        return load(file, mmap_mode)

    @staticmethod
    def dump(value, file, compress=0):
        try:
            return dump(value, file, compress)
        except BaseException:
            file.discard()  # joblib goes on after some errors, and what is not complete must not be taken for a value
            raise


def _with_larder(method):
    """A method of joblib's with larder's dump and load."""
    return types.FunctionType(
        method.__code__, {**method.__globals__, "numpy_pickle": _Persistence}, method.__name__, method.__defaults__, method.__closure__
    )


class LarderStoreBackend(_store_backends.StoreBackendBase, _store_backends.StoreBackendMixin):
    """joblib.Memory's results in a larder.Store, in the places where joblib has them: joblib's own backend and this one may share a
    directory.

    backend_options: bytes_limit, items_limit and age_limit ("10G", a number, a timedelta), which each write enforces; and the settings of
    the store (docs/store.md, docs/s3.md), of which sync is "none" in a directory unless it is given.
    """

    load_item = _with_larder(_store_backends.StoreBackendMixin.load_item)
    dump_item = _with_larder(_store_backends.StoreBackendMixin.dump_item)

    def configure(self, location, verbose=1, backend_options=None):
        options = dict(backend_options or {})
        of_joblib = {name: options.pop(name) for name in ("compress", "mmap_mode") if name in options}
        limits = {name: options.pop(f"{name}_limit", None) for name in ("bytes", "items", "age")}
        limits = {name: limit for name, limit in limits.items() if limit is not None}
        if _URL.match(location):
            self._configure_anywhere(location, verbose, **of_joblib)
            self.store, self.limits = Store(location, **options), limits
        else:
            _store_backends.FileSystemStoreBackend.configure(self, location, verbose, of_joblib)
            self.store, self.limits = _open_directory(location, {**options, **_settings_of(limits)}), {}

    def _configure_anywhere(self, location, verbose, compress=False, mmap_mode=None):
        self.location, self.compress, self.mmap_mode, self.verbose = location, compress, None, verbose
        if mmap_mode is not None:
            warnings.warn(f'mmap_mode "{mmap_mode}" needs a directory; it will be ignored in {location}.', stacklevel=5)

    def _key(self, path):
        return path[len(os.path.join(self.location, "")):]

    def _open_item(self, path, mode):
        if mode == "rb":
            return self.store.open(self._key(path))
        return self._again_where_removed(lambda: self.store.open(self._key(path), mode))

    def _again_where_removed(self, write):
        """Whoever removes the whole directory below a Memory expects it to be made anew, as joblib does."""
        try:
            return write()
        except NotFoundError:
            if not self.store.is_directory:
                raise
            self.store = Store(self.store.url, **self.store.settings)
            return write()

    def _item_exists(self, path):
        key = self._key(path)
        return not key or key in self.store or any(True for _ in self.store.list(key + "/"))

    def _move_item(self, source, target):
        self.store.move(self._key(source), self._key(target))

    def _concurrency_safe_write(self, value, path, write):
        """A value appears in the store when it is complete: no name is needed meanwhile."""
        self._again_where_removed(lambda: write(value, path))
        if self.limits:
            self.store.evict(**self.limits)

    def create_location(self, path):
        if self.store.is_directory:
            os.makedirs(path, exist_ok=True)  # elsewhere, places come with what is put there

    def clear_location(self, path):
        key = self._key(path)
        if key:
            self.store.pop(key, None)
            key += "/"
        self.store.clear(key)

    def get_items(self):
        if self.store.is_directory:
            larders_own = os.path.join(self.location, ".larder", "")
            return [item for item in _store_backends.FileSystemStoreBackend.get_items(self) if not item.path.startswith(larders_own)]
        sizes, accesses = {}, {}
        for key, stat in self.store.list(details=True):
            name = _core.item_name(key)
            if stat is None or name == key or not _ITEM.fullmatch(name):
                continue
            sizes[name] = sizes.get(name, 0) + stat.size
            if name not in accesses or key == name + "/output.pkl":
                accesses[name] = stat.modified if stat.accessed is None else stat.accessed
        return [
            _store_backends.CacheItemInfo(os.path.join(self.location, name), size, datetime.datetime.fromtimestamp(accesses[name]))
            for name, size in sizes.items()
        ]


def _settings_of(limits):
    """The limits as a directory's store keeps them."""
    age = limits.get("age")
    return {**limits, "age": f"{age.total_seconds()}s"} if isinstance(age, datetime.timedelta) else limits


def _open_directory(path, settings):
    settings.setdefault("sync", "none")
    try:
        return Store(path, **settings)
    except UnsupportedError:
        if "checksums" in settings:
            raise
        return Store(path, checksums=False, **settings)  # a file system without extended attributes
