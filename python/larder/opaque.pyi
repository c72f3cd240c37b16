from typing import Any

class Global:
    module: str
    name: str
    def __init__(self, module: str, name: str) -> None: ...

class Object:
    form: str
    callable: Any
    arguments: Any
    keywords: dict[str, Any] | None
    changes: list[tuple[str, Any]]
    @property
    def state(self) -> Any: ...
    @property
    def items(self) -> list[Any] | None: ...
    @property
    def entries(self) -> dict[Any, Any] | None: ...
    @property
    def class_name(self) -> str: ...
    def attributes(self) -> dict[str, Any]: ...
