import os
from typing import Any, Iterable, Literal, Protocol, Union, overload

class SupportsRead(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...

class SupportsWrite(Protocol):
    def write(self, data: bytes, /) -> Any: ...

PathLike = Union[str, "os.PathLike[str]"]
Compress = Union[bool, int, None, str, tuple[str, Union[int, bool, None]]]
MmapMode = Literal["r", "r+", "w+", "c", "readonly", "readwrite", "copyonwrite"]

@overload
def dump(value: object, filename: PathLike, compress: Compress = 0, protocol: int | None = None, *, threads: int = 0) -> list[str]: ...
@overload
def dump(value: object, filename: SupportsWrite, compress: Compress = 0, protocol: int | None = None, *, threads: int = 0) -> None: ...
def load(
    filename: PathLike | SupportsRead,
    mmap_mode: MmapMode | None = None,
    ensure_native_byte_order: bool | Literal["auto"] = "auto",
    *,
    trust: bool | str | Iterable[str] = True,
    format: str = "",
    threads: int = 0,
) -> Any: ...
