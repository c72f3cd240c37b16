"""larder's exceptions: one class for each kind, each of which is also what joblib, pickle or the system would raise."""

import pickle
import re


class Error(Exception):
    """What larder raises where a file, a place or an argument is at fault.

    Attributes
    ----------
    kind: one of "truncated", "malformed", "limit", "unsupported", "not_built", "unsafe_reference", "checksum", "io", "conflict",
        "not_found", "usage", "unknown_outcome"; the class says the same
    message: what is wrong, without the places
    position: the offset in bytes at which it was found, where one is known, else None

    >>> import io, larder
    >>> try:
    ...     larder.load(io.BytesIO(b"\\x80\\x04K"))
    ... except larder.Error as error:
    ...     print(error.kind, error.position, isinstance(error, EOFError))
    truncated 3 True
    """

    kind = ""
    message = ""
    position = None


class TruncatedError(Error, EOFError, ValueError):
    """The input ends before what it announced."""

    kind = "truncated"


class MalformedError(Error, pickle.UnpicklingError, ValueError):
    """The input breaks the rules of its format."""

    kind = "malformed"


class LimitError(Error, MemoryError):
    """The input asks for more than the limits allow."""

    kind = "limit"


class UnsupportedError(Error, ValueError):
    """Valid, but larder does not do this."""

    kind = "unsupported"


class NotBuiltError(Error, ValueError):
    """larder does this, but this build lacks the library for it."""

    kind = "not_built"


class UnsafeReferenceError(Error, pickle.UnpicklingError):
    """A file names another file, a class or a function that it must not name."""

    kind = "unsafe_reference"


class ChecksumError(Error, ValueError, OSError):
    """The stored checksum disagrees with the data."""

    kind = "checksum"


class UsageError(Error, ValueError):
    """A wrong argument, or a call in a wrong state."""

    kind = "usage"


class SystemFailure(Error, OSError):
    """The operating system refused or failed; also the class of OSError that belongs to its errno."""

    kind = "io"


class ConflictError(Error, OSError):
    """Somebody else changed or holds the target."""

    kind = "conflict"


class NotFoundError(Error, FileNotFoundError, KeyError):
    """The named file, key or value does not exist."""

    kind = "not_found"
    __str__ = Exception.__str__


class UnknownOutcomeError(Error, OSError):
    """It cannot be known whether the operation took effect."""

    kind = "unknown_outcome"


def _of_errno(system_class):
    return type(system_class.__name__.replace("Error", "Failure"), (SystemFailure, system_class), {"__module__": __name__})


IsADirectoryFailure = _of_errno(IsADirectoryError)
NotADirectoryFailure = _of_errno(NotADirectoryError)
PermissionFailure = _of_errno(PermissionError)
FileExistsFailure = _of_errno(FileExistsError)
BrokenPipeFailure = _of_errno(BrokenPipeError)

_OF_KIND = {
    one.kind: one
    for one in (TruncatedError, MalformedError, LimitError, UnsupportedError, NotBuiltError, UnsafeReferenceError, ChecksumError, UsageError,
                SystemFailure, ConflictError, NotFoundError, UnknownOutcomeError)
}
_OF_SYSTEM = (IsADirectoryFailure, NotADirectoryFailure, PermissionFailure, FileExistsFailure, BrokenPipeFailure)
_POSITION = re.compile(r"\bbyte (\d+)")


def make(kind, line, message, errno):
    """The exception for an error of the library: `line` is the whole message, `errno` 0 where the system had no part in it."""
    of_kind = _OF_KIND[kind]
    if of_kind is SystemFailure and errno:
        of_errno = type(OSError(errno, ""))
        of_kind = next((one for one in _OF_SYSTEM if issubclass(one, of_errno) and of_errno is not OSError), SystemFailure)
    error = of_kind(errno, line) if errno and issubclass(of_kind, OSError) else of_kind(line)
    error.kind, error.message = kind, message
    found = _POSITION.search(line)
    if found:
        error.position = int(found.group(1))
    return error
