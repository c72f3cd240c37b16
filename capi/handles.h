// What the handles of <larder.h> are, and what its arguments mean.
#pragma once

#include <larder.h>

#include <memory>
#include <string>
#include <string_view>

#include <larder/array.h>
#include <larder/bytes.h>
#include <larder/document.h>
#include <larder/reader.h>
#include <larder/store.h>
#include <larder/writer.h>

#include "capi/guard.h"

struct larder_bytes {
  larder::Region region;
};

struct larder_reader {
  std::unique_ptr<larder::Reader> reader;
};

struct larder_writer {
  larder::Writer* writer;
  std::unique_ptr<larder::Writer> owned;  // null in a callback, which only borrows
};

struct larder_array {
  larder::Array array;
  std::string dtype;
};

struct larder_document {
  larder::Document document;
};

struct larder_store {
  std::unique_ptr<larder::Store> store;
};

namespace larder::internal {

// Bytes that were passed in; Error `usage` where they are null and not empty.
inline Bytes bytes_of(const void* data, std::size_t size) {
  if (size != 0) require_pointer(data, "data");
  return {static_cast<const std::byte*>(data), size};
}

// A text that must be there.
inline std::string_view text_of(const char* text, const char* what) {
  require_pointer(text, what);
  return text;
}

// A text that need not be there.
inline std::string_view optional_text(const char* text) { return text == nullptr ? std::string_view() : text; }

inline std::unique_ptr<larder_bytes> handle_of(Region region) {
  return std::make_unique<larder_bytes>(larder_bytes{std::move(region)});
}
inline std::unique_ptr<larder_reader> handle_of(std::unique_ptr<Reader> reader) {
  return std::make_unique<larder_reader>(larder_reader{std::move(reader)});
}
inline std::unique_ptr<larder_writer> handle_of(std::unique_ptr<Writer> writer) {
  Writer* const borrowed = writer.get();
  return std::make_unique<larder_writer>(larder_writer{borrowed, std::move(writer)});
}
inline std::unique_ptr<larder_document> handle_of(Document document) {
  return std::make_unique<larder_document>(larder_document{std::move(document)});
}

// Copies elements that are not contiguous. Error `unsupported` where numpy has no text for the dtype.
std::unique_ptr<larder_array> handle_of(const Array& array);

}  // namespace larder::internal
