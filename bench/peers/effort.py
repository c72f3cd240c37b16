"""How much is measured: --quick proves that all of it works, --standard takes ten minutes on a quiet machine, --full an hour."""

import dataclasses

MIB = 1 << 20


@dataclasses.dataclass(frozen=True)
class Effort:
    name: str
    rounds: int  # at most, for a row
    row_seconds: float  # after which no round begins
    data_sets: int  # how many of each kind: .npy files, texts, made up
    most: int  # bytes of a data set that are used, and of each array that is made up
    slow_most: int  # the same where a peer takes a minute for 64 MiB: bz2, sizes, the highest levels
    xz_most: int  # the same for xz, whose blocks are large
    library_most: int  # the same for comparisons in one thread, and for the choices of compress="auto"
    zlib_levels: tuple
    gzip_levels: tuple
    zstd_levels: tuple
    lz4_levels: tuple
    xz_levels: tuple
    array: int  # bytes of the uncompressed array
    memory: int  # bytes of the array whose dump and load must not take more than it
    growing: tuple  # bytes of the arrays on whose sizes the cost must not depend
    benchmark_seconds: float  # for each Google Benchmark


QUICK = Effort(
    name="quick", rounds=1, row_seconds=0, data_sets=1, most=64 << 10, slow_most=64 << 10, xz_most=64 << 10, library_most=32 << 10,
    zlib_levels=(1, 3, 6, 9), gzip_levels=(1, 3), zstd_levels=(1, 9), lz4_levels=(1, 3), xz_levels=(3,), array=4 * MIB, memory=4 * MIB,
    growing=(MIB, 2 * MIB), benchmark_seconds=0.001,
)  # fmt: skip
STANDARD = Effort(
    name="standard", rounds=3, row_seconds=0.4, data_sets=99, most=24 * MIB, slow_most=10 * MIB, xz_most=24 * MIB, library_most=2 * MIB,
    zlib_levels=(1, 3, 6, 9), gzip_levels=(1, 3), zstd_levels=(1, 3, 6, 9), lz4_levels=(1, 3), xz_levels=(3,), array=256 * MIB,
    memory=192 * MIB, growing=tuple(MIB << shift for shift in range(0, 13, 2)), benchmark_seconds=0.05,
)  # fmt: skip
FULL = Effort(
    name="full", rounds=5, row_seconds=10, data_sets=99, most=64 * MIB, slow_most=32 * MIB, xz_most=64 * MIB, library_most=16 * MIB,
    zlib_levels=tuple(range(1, 10)), gzip_levels=tuple(range(1, 10)), zstd_levels=tuple(range(1, 10)), lz4_levels=(1, 3, 6, 9),
    xz_levels=(0, 3, 6), array=1024 * MIB, memory=512 * MIB, growing=tuple(MIB << shift for shift in range(13)), benchmark_seconds=0.2,
)  # fmt: skip
ALL = {effort.name: effort for effort in (QUICK, STANDARD, FULL)}
