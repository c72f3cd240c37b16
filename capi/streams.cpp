// Bytes, readers and writers.
#include "base/text.h"
#include "capi/handles.h"

using larder::internal::bytes_of;
using larder::internal::fail;
using larder::internal::guarded;
using larder::internal::guarded_result;
using larder::internal::handle_of;
using larder::internal::require_pointer;
using larder::internal::text_of;

const void* larder_bytes_data(const larder_bytes* bytes) { return bytes == nullptr ? nullptr : bytes->region.data(); }

size_t larder_bytes_size(const larder_bytes* bytes) { return bytes == nullptr ? 0 : bytes->region.size(); }

void larder_bytes_free(larder_bytes* bytes) { delete bytes; }

larder_status larder_open_file(const char* path, larder_reader** out, larder_error* error) {
  return guarded_result(out, error, [&] { return handle_of(larder::open_file(text_of(path, "path"))); });
}

larder_status larder_reader_read(larder_reader* reader, void* buffer, size_t size, size_t* got, larder_error* error) {
  if (got != nullptr) *got = 0;
  return guarded(error, [&] {
    require_pointer(reader, "reader");
    require_pointer(got, "place for the number of bytes");
    if (size != 0) require_pointer(buffer, "buffer");
    const larder::MutableBytes out(static_cast<std::byte*>(buffer), size);
    std::size_t filled = 0;
    while (filled < size) {
      const std::size_t read = reader->reader->read(out.subspan(filled));
      if (read == 0) break;
      filled += read;
    }
    *got = filled;
  });
}

void larder_reader_free(larder_reader* reader) { delete reader; }

larder_status larder_create_file(const char* path, larder_writer** out, larder_error* error) {
  return guarded_result(out, error, [&] { return handle_of(larder::create_file(text_of(path, "path"))); });
}

larder_status larder_writer_write(larder_writer* writer, const void* data, size_t size, larder_error* error) {
  return guarded(error, [&] {
    require_pointer(writer, "writer");
    writer->writer->write(bytes_of(data, size));
  });
}

larder_status larder_writer_finish(larder_writer* writer, larder_error* error) {
  return guarded(error, [&] {
    require_pointer(writer, "writer");
    if (!writer->owned)
      fail(larder::ErrorKind::usage, "the writer that a callback was given is finished when the callback returns");
    writer->owned->finish();
  });
}

void larder_writer_free(larder_writer* writer) {
  const bool borrowed = writer != nullptr && !writer->owned;
  if (!borrowed) delete writer;
}
