from ._core import Audit as Audit
from ._core import Finding as Finding
from ._core import Stat as Stat
from .errors import ChecksumError as ChecksumError
from .errors import ConflictError as ConflictError
from .errors import Error as Error
from .errors import LimitError as LimitError
from .errors import MalformedError as MalformedError
from .errors import NotBuiltError as NotBuiltError
from .errors import NotFoundError as NotFoundError
from .errors import SystemFailure as SystemFailure
from .errors import TruncatedError as TruncatedError
from .errors import UnknownOutcomeError as UnknownOutcomeError
from .errors import UnsafeReferenceError as UnsafeReferenceError
from .errors import UnsupportedError as UnsupportedError
from .errors import UsageError as UsageError
from .joblib import register as register
from .opaque import Global as Global
from .opaque import Object as Object
from .persistence import dump as dump
from .persistence import load as load
from .stores import Store as Store
from .trust import audit as audit

__version__: str
