"""Loading what is not trusted: the audit, and unpickling by names that the caller allows."""

import _compat_pickle
import fnmatch
import io
import os
import types

from . import _core
from .errors import UnsafeReferenceError

# Rules of the audit (docs/audit.md) after which only the name counts: an allowed name may be used as the file uses it.
_RULES_OF_NAMES = {"listed", "library-class", "library-function", "unknown", "wrong-use"}
# And those in which the name alone must be written out, without a wildcard.
_RULES_OF_EXACT_NAMES = {"harmful", "dotted-name"}
_ALL = 1_000_000_000


def audit(file, *, threads=0):
    """What a Python loader would do with a file, found out without doing any of it: every import, call and state, and a verdict,
    "data_only", "known_libraries", "dangerous" or "malformed".

    >>> import io, larder, pickle
    >>> report = larder.audit(io.BytesIO(pickle.dumps({"run": print})))
    >>> report.verdict, report.names
    ('dangerous', ['builtins.print'])
    >>> larder.audit(io.BytesIO(pickle.dumps([1, 2.5, "plain"]))).verdict
    'data_only'
    """
    return _core.audit(os.fspath(file) if isinstance(file, os.PathLike) else file, 1000, threads)


class Policy:
    """Which names a file may use: those that only spell data, and those that fit one of the patterns ("sklearn.*", "my.module.Model")."""

    def __init__(self, patterns):
        self.patterns = [patterns] if isinstance(patterns, str) else list(patterns)
        self._data = set()

    def fits(self, name):
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in self.patterns)

    def _allows(self, finding):
        if finding.verdict == "data_only":
            return True
        if finding.rule in _RULES_OF_NAMES:
            return self.fits(finding.name)
        return finding.rule in _RULES_OF_EXACT_NAMES and finding.name in self.patterns

    def require(self, report):
        """Raises UnsafeReferenceError, naming what is not allowed, before anything was imported."""
        if report.error is not None:
            raise UnsafeReferenceError(f"the file cannot be read to its end, so that not all of it was seen: {report.error}") from report.error
        refused = [finding for finding in report.findings if not self._allows(finding)]
        if refused or report.omitted:
            names = list(dict.fromkeys(finding.name or finding.kind for finding in refused))
            shown = ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
            first = f" ({refused[0].rule}: {refused[0].reason})" if refused else ""
            raise UnsafeReferenceError(f"the file uses what is not trusted: {shown}{first}")
        self._data = {finding.name for finding in report.findings if finding.verdict == "data_only"}

    def find(self, module, name, find_class):
        """The class or function, for the unpickler: only what was allowed, by the name it was asked for and by where it is really from."""
        asked = f"{module}.{name}"
        renamed = _python3_name(module, name)
        if asked in self._data or renamed in self._data:
            return find_class(module, name)
        if not (self.fits(asked) or self.fits(renamed)):
            raise UnsafeReferenceError(f"the file uses what is not trusted: {asked}")
        found = find_class(module, name)
        home = getattr(found, "__module__", None)
        real = f"{home}.{getattr(found, '__qualname__', name)}"
        is_exact = asked in self.patterns or renamed in self.patterns
        if isinstance(found, types.ModuleType) or not (is_exact or home is not None and self.fits(real)):
            raise UnsafeReferenceError(f"the file uses what is not trusted: {asked} is really {real}")
        return found


def _python3_name(module, name):
    if (module, name) in _compat_pickle.NAME_MAPPING:
        return ".".join(_compat_pickle.NAME_MAPPING[module, name])
    return f"{_compat_pickle.IMPORT_MAPPING.get(module, module)}.{name}"


def audited(file, patterns, threads):
    """(file, policy) after the audit; the file object stands where it stood, or is another one with its content."""
    policy = Policy(patterns)
    start = None
    if not isinstance(file, str):
        if getattr(file, "seekable", lambda: False)():
            start = file.tell()
        else:
            file, start = io.BytesIO(file.read()), 0
    policy.require(_core.audit(file, _ALL, threads))
    if start is not None:
        file.seek(start)
    return file, policy
