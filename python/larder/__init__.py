"""Keeps arrays and models: compressed, memory-mapped, safe. joblib's dump and load, and more.

>>> import larder, numpy
>>> import io
>>> file = io.BytesIO()
>>> larder.dump([numpy.eye(2), "text"], file, compress="zstd")
>>> larder.load(file)
[array([[1., 0.],
       [0., 1.]]), 'text']
"""

from ._core import version as __version__
from .errors import (
    ChecksumError,
    ConflictError,
    Error,
    LimitError,
    MalformedError,
    NotBuiltError,
    NotFoundError,
    SystemFailure,
    TruncatedError,
    UnknownOutcomeError,
    UnsafeReferenceError,
    UnsupportedError,
    UsageError,
)
from .persistence import dump, load

# What is imported when it is first asked for: name to module.
_LAZY = {
    "Audit": "_core", "Finding": "_core", "Global": "opaque", "Object": "opaque", "Stat": "_core", "Store": "stores", "audit": "trust",
}
# The same, of what needs a library beside numpy.
_LAZY_WITH_A_LIBRARY = {"register": "joblib"}

__all__ = [
    "ChecksumError", "ConflictError", "Error", "LimitError", "MalformedError", "NotBuiltError", "NotFoundError", "SystemFailure",
    "TruncatedError", "UnknownOutcomeError", "UnsafeReferenceError", "UnsupportedError", "UsageError", "dump", "load", *_LAZY,
]


def __getattr__(name):
    module = _LAZY.get(name) or _LAZY_WITH_A_LIBRARY.get(name)
    if module is None:
        raise AttributeError(f"module 'larder' has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module("." + module, __name__), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted([*globals(), *_LAZY, *_LAZY_WITH_A_LIBRARY])
