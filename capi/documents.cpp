#include <larder/dump.h>
#include <larder/item.h>
#include <larder/load.h>

#include "base/text.h"
#include "capi/handles.h"

namespace larder::internal {

namespace {

LoadOptions load_options(const char* mmap_mode) { return {.mmap_mode = parse_map_mode(optional_text(mmap_mode))}; }

DumpOptions dump_options(const char* compression) {
  return {.compress = compression == nullptr ? Compress() : Compress::parse(compression)};
}

const Document& document_of(const larder_document* handle) {
  require_pointer(handle, "document");
  return handle->document;
}

Value value_at(const larder_document* handle, const char* path) {
  const std::optional<Value> found = find_path(document_of(handle).root(), optional_text(path));
  if (!found) fail(ErrorKind::not_found, quoted(optional_text(path)), " leads nowhere in the value");
  return *found;
}

Bytes content_of(Value value) { return value.is(ValueKind::str) ? as_bytes(value.as_str()) : value.as_bytes(); }

}  // namespace

}  // namespace larder::internal

namespace internal = larder::internal;

larder_status larder_load(const char* file, const char* mmap_mode, larder_document** out, larder_error* error) {
  return internal::guarded_result(out, error, [&] {
    const larder::Path path = internal::text_of(file, "file");
    return internal::handle_of(larder::load(path, internal::load_options(mmap_mode)));
  });
}

larder_status larder_loads(const void* data, size_t size, larder_document** out, larder_error* error) {
  return internal::guarded_result(out, error,
                                  [&] { return internal::handle_of(larder::loads(internal::bytes_of(data, size))); });
}

larder_status larder_document_of_array(const larder_array* array, larder_document** out, larder_error* error) {
  return internal::guarded_result(out, error, [&] {
    internal::require_pointer(array, "array");
    larder::Document document;
    document.set_root(document.array(array->array));
    return internal::handle_of(std::move(document));
  });
}

larder_status larder_document_of_bytes(const void* data, size_t size, larder_document** out, larder_error* error) {
  return internal::guarded_result(out, error, [&] {
    larder::Document document;
    document.set_root(document.bytes(internal::bytes_of(data, size)));
    return internal::handle_of(std::move(document));
  });
}

void larder_document_free(larder_document* document) { delete document; }

larder_status larder_document_array(const larder_document* document, const char* path, larder_array** out,
                                    larder_error* error) {
  return internal::guarded_result(out, error,
                                  [&] { return internal::handle_of(internal::value_at(document, path).as_array()); });
}

larder_status larder_document_bytes(const larder_document* document, const char* path, larder_bytes** out,
                                    larder_error* error) {
  return internal::guarded_result(out, error, [&] {
    return internal::handle_of(larder::Region::copy_of(internal::content_of(internal::value_at(document, path))));
  });
}

larder_status larder_document_json(const larder_document* document, const char* path, larder_bytes** out,
                                   larder_error* error) {
  return internal::guarded_result(out, error, [&] {
    const std::string json = larder::to_json(internal::value_at(document, path));
    return internal::handle_of(larder::Region::copy_of(larder::as_bytes(json)));
  });
}

larder_status larder_dump(const larder_document* document, const char* file, const char* compression,
                          larder_error* error) {
  return internal::guarded(error, [&] {
    const larder::Path path = internal::text_of(file, "file");
    larder::dump(internal::document_of(document).root(), path, internal::dump_options(compression));
  });
}

larder_status larder_dumps(const larder_document* document, const char* format, const char* compression,
                           larder_bytes** out, larder_error* error) {
  return internal::guarded_result(out, error, [&] {
    larder::DumpOptions options = internal::dump_options(compression);
    options.format = internal::text_of(format, "format");
    return internal::handle_of(larder::dumps(internal::document_of(document).root(), options));
  });
}

larder_status larder_store_load(larder_store* store, const char* key, const char* mmap_mode, larder_document** out,
                                larder_error* error) {
  return internal::guarded_result(out, error, [&] {
    internal::require_pointer(store, "store");
    return internal::handle_of(
        larder::load(*store->store, internal::text_of(key, "key"), internal::load_options(mmap_mode)));
  });
}

larder_status larder_store_dump(larder_store* store, const char* key, const larder_document* document,
                                const char* compression, larder_error* error) {
  return internal::guarded(error, [&] {
    internal::require_pointer(store, "store");
    larder::dump(internal::document_of(document).root(), *store->store, internal::text_of(key, "key"),
                 internal::dump_options(compression));
  });
}
