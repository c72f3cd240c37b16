// What all fuzzers share: small budgets, sources that deliver in pieces, and what a failure may look like.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <larder/error.h>
#include <larder/limits.h>
#include <larder/reader.h>

namespace larder::testing {

// Ends the process where `holds` is false, which the fuzzer reports together with the input.
inline void require(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "not so: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

// Where two ways of reading one input must give one answer.
inline void require_same(std::optional<ErrorKind> from_memory, std::optional<ErrorKind> otherwise) {
  const auto name = [](std::optional<ErrorKind> kind) { return std::string(kind ? name_of(*kind) : "success"); };
  require(from_memory == otherwise, "read from memory: " + name(from_memory) + ", otherwise: " + name(otherwise));
}

// Budgets under which no input may take much memory or time.
inline Limits small_limits() {
  Limits limits;
  limits.bytes = std::uint64_t{16} << 20;
  limits.window = std::uint64_t{8} << 20;
  limits.codec_memory = std::uint64_t{16} << 20;
  limits.text = std::uint64_t{1} << 20;
  return limits;
}

// Runs `work`, which judges untrusted bytes; returns the kind of the Error that it threw, nothing where it threw none.
// Any other exception leaves, and so crashes. `io` or `usage` would blame the system or the caller for a bad input.
template <class Work>
std::optional<ErrorKind> kind_of_failure(Work work) {
  try {
    work();
    return std::nullopt;
  } catch (const Error& error) {
    const std::string_view text = error.what();
    if (error.kind() == ErrorKind::io || error.kind() == ErrorKind::usage) require(false, text);
    require(!text.empty() && text.find('\n') == text.npos, "a message is one line");
    return error.kind();
  }
}

// The same bytes as a pipe that delivers one at a time: it cannot seek and does not know its size.
inline std::unique_ptr<Reader> trickle_reader(Bytes bytes) {
  return callback_reader([bytes](MutableBytes out) mutable -> std::size_t {
    if (bytes.empty()) return 0;
    out[0] = bytes[0];
    bytes = bytes.subspan(1);
    return 1;
  });
}

inline Bytes as_input(const std::uint8_t* data, std::size_t size) { return std::as_bytes(std::span(data, size)); }

}  // namespace larder::testing
