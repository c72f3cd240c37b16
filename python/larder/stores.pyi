import datetime
import os
from collections.abc import Iterator, MutableMapping
from typing import Any, Iterable, Literal, TypeVar, Union, overload

from ._core import Stat
from .persistence import Compress
from .streams import InputFile, OutputFile

T = TypeVar("T")
Buffer = Any  # anything with a buffer of bytes

class Store(MutableMapping[str, bytes]):
    url: str
    settings: dict[str, str]
    capabilities: frozenset[str]
    def __init__(self, url: Union[str, "os.PathLike[str]"], **settings: str | int | bool) -> None: ...
    def __getitem__(self, key: str) -> bytes: ...
    def __setitem__(self, key: str, value: Buffer) -> None: ...
    def __delitem__(self, key: str) -> None: ...
    def __iter__(self) -> Iterator[str]: ...
    def __len__(self) -> int: ...
    def __hash__(self) -> int: ...
    @overload
    def get(self, key: str, default: None = None, *, offset: int = 0, size: int | None = None, verify: bool = False) -> bytes | None: ...
    @overload
    def get(self, key: str, default: T, *, offset: int = 0, size: int | None = None, verify: bool = False) -> bytes | T: ...
    def put(
        self,
        key: str,
        value: Buffer,
        *,
        metadata: dict[str, str] | None = None,
        cost: float | None = None,
        if_absent: bool = False,
        if_match: str | None = None,
    ) -> Stat | None: ...
    def stat(self, key: str) -> Stat | None: ...
    @overload
    def list(self, prefix: str = "", details: Literal[False] = False) -> Iterator[str]: ...
    @overload
    def list(self, prefix: str = "", *, details: Literal[True]) -> Iterator[tuple[str, Stat | None]]: ...
    def clear(self, prefix: str = "") -> None: ...
    def move(self, source: str, target: str) -> bool: ...
    def touch(self, key: str) -> bool: ...
    @overload
    def open(self, key: str, mode: Literal["rb"] = "rb") -> InputFile: ...
    @overload
    def open(
        self,
        key: str,
        mode: Literal["wb"],
        *,
        metadata: dict[str, str] | None = None,
        cost: float | None = None,
        if_absent: bool = False,
        if_match: str | None = None,
    ) -> OutputFile: ...
    def load(
        self,
        key: str,
        mmap_mode: Literal["r", "c", "readonly", "copyonwrite"] | None = None,
        *,
        ensure_native_byte_order: bool | Literal["auto"] = "auto",
        trust: bool | str | Iterable[str] = True,
        format: str = "",
        threads: int = 0,
    ) -> Any: ...
    def dump(
        self,
        value: object,
        key: str,
        compress: Compress = 0,
        protocol: int | None = None,
        *,
        threads: int = 0,
        metadata: dict[str, str] | None = None,
        cost: float | None = None,
        if_absent: bool = False,
        if_match: str | None = None,
    ) -> None: ...
    def evict(
        self,
        bytes: int | str | None = None,
        items: int | None = None,
        age: datetime.timedelta | str | None = None,
        policy: Literal["least-recent", "cheapest"] = "least-recent",
    ) -> "list[tuple[str, int, str]]": ...
    @property
    def is_directory(self) -> bool: ...
    def path(self, key: str) -> str: ...
