from .errors import Error

version: str

class Finding:
    kind: str
    verdict: str
    rule: str
    reason: str
    name: str
    detail: str
    object: int
    stream: int
    offset: int

class Audit:
    verdict: str
    findings: list[Finding]
    names: list[str]
    imports: int
    calls: int
    states: int
    persistent_ids: int
    dangerous: int
    omitted: int
    objects: int
    formats: list[str]
    codecs: list[str]
    decoded_bytes: int
    checked_arrays: int
    checksummed: bool
    error: Error | None

class Stat:
    @property
    def size(self) -> int | None: ...
    @property
    def modified(self) -> float: ...
    @property
    def accessed(self) -> float | None: ...
    @property
    def etag(self) -> str: ...
    @property
    def xxh3(self) -> int | None: ...
    @property
    def crc32(self) -> int | None: ...
    @property
    def cost(self) -> float | None: ...
    @property
    def metadata(self) -> dict[str, str]: ...
