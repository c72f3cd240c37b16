// Limits: how much a file may make larder do. One object travels through codecs, formats and nested streams.
#pragma once

#include <cstddef>
#include <cstdint>

#include <larder/export.h>

namespace larder {

// The default of `Limits::bytes`: the physical memory of this machine, in bytes. Thread-safe.
LARDER_API std::uint64_t physical_memory() noexcept;

// Budgets for reading untrusted input. Going over one is an Error of kind `limit` that names the field. A plain value.
struct Limits {
  // Bytes that one load may produce on the heap: decompressed data, arrays, strings, containers. Mapped arrays do not
  // count.
  std::uint64_t bytes = physical_memory();

  // Bytes of history that a decompressor may demand (the window of zstd; 2^27 is what `zstd -d` accepts).
  std::uint64_t window = std::uint64_t{1} << 27;

  // Bytes of working memory that an xz or lzma decoder may demand.
  std::uint64_t codec_memory = std::uint64_t{256} << 20;

  // Streams, members or frames in a row that decode to nothing.
  std::uint64_t empty_streams = 1000;

  // Nesting that is followed when a value is printed or compared. (Parsing, copying and freeing do not depend on
  // depth.)
  std::size_t depth = 10'000;

  // Bytes of text that a value may print to; shared values are printed again at each place.
  std::uint64_t text = std::uint64_t{64} << 20;

  // Decimal digits of an integer in a text opcode; 4300 is Python's own limit.
  std::size_t int_digits = 4300;

  // Characters of a .npy header; 10000 is numpy's own limit.
  std::size_t npy_header = 10'000;
};

}  // namespace larder
