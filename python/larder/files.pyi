import io
import os
from typing import Any, Literal, Union

class CodecFile(io.BufferedIOBase):
    def __init__(
        self,
        file: Union[str, bytes, "os.PathLike[str]", Any],
        mode: Literal["rb", "wb"] = "rb",
        *,
        codec: str | None = None,
        level: int | None = None,
        threads: int = 0,
    ) -> None: ...
    @property
    def name(self) -> str: ...
    def peek(self, size: int = 0) -> bytes: ...
