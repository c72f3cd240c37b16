// Handles that free themselves, and calls that must succeed or fail.
#pragma once

#include <catch2/catch.hpp>

#include <larder.h>

#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace larder::testing {

template <auto free>
struct Free {
  template <class Handle>
  void operator()(Handle* handle) const {
    free(handle);
  }
};
using BytesHandle = std::unique_ptr<larder_bytes, Free<larder_bytes_free>>;
using ReaderHandle = std::unique_ptr<larder_reader, Free<larder_reader_free>>;
using WriterHandle = std::unique_ptr<larder_writer, Free<larder_writer_free>>;
using ArrayHandle = std::unique_ptr<larder_array, Free<larder_array_free>>;
using DocumentHandle = std::unique_ptr<larder_document, Free<larder_document_free>>;
using StoreHandle = std::unique_ptr<larder_store, Free<larder_store_free>>;
using ListingHandle = std::unique_ptr<larder_listing, Free<larder_listing_free>>;

// Calls f(arguments..., &error), which must succeed.
template <class Function, class... Arguments>
void call(Function function, Arguments... arguments) {
  larder_error error;
  std::memset(&error, 0xff, sizeof error);
  const larder_status status = function(arguments..., &error);
  INFO(error.message);
  REQUIRE(status == LARDER_OK);
  REQUIRE(error.status == LARDER_OK);
  REQUIRE(error.message[0] == '\0');
}

// Calls f(arguments..., &handle, &error), which must succeed; the handle.
template <class Owner, class Function, class... Arguments>
Owner make(Function function, Arguments... arguments) {
  typename Owner::pointer handle = nullptr;
  call(function, arguments..., &handle);
  REQUIRE(handle != nullptr);
  return Owner(handle);
}

// Calls f(arguments..., &error), which must fail so; the message. It must fail alike where nobody wants the error.
template <class Function, class... Arguments>
std::string refused(larder_status wanted, Function function, Arguments... arguments) {
  larder_error error;
  std::memset(&error, 0xff, sizeof error);
  const larder_status status = function(arguments..., &error);
  INFO(error.message);
  CHECK(status == wanted);
  CHECK(error.status == wanted);
  CHECK(std::memchr(error.message, 0, sizeof error.message) != nullptr);
  CHECK(error.message[0] != '\0');
  CHECK(function(arguments..., nullptr) == wanted);
  return error.message;
}

inline std::string_view text_of(const BytesHandle& bytes) {
  return {static_cast<const char*>(larder_bytes_data(bytes.get())), larder_bytes_size(bytes.get())};
}

// All that a reader has left.
inline std::string read_all(larder_reader* reader, std::size_t piece = 1000) {
  std::string all;
  std::vector<char> buffer(piece);
  for (std::size_t got = piece; got == piece;) {
    call(larder_reader_read, reader, static_cast<void*>(buffer.data()), buffer.size(), &got);
    all.append(buffer.data(), got);
  }
  return all;
}

}  // namespace larder::testing
