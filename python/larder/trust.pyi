from ._core import Audit
from .persistence import PathLike, SupportsRead

def audit(file: PathLike | SupportsRead, *, threads: int = 0) -> Audit: ...
