#include <cstring>
#include <vector>

#include <larder/local_store.h>
#include <larder/store.h>

#include "base/text.h"
#include "capi/handles.h"

struct larder_listing {
  std::unique_ptr<larder::Listing> listing;
  std::vector<larder::Entry> page{};
  std::size_t next = 0;
};

namespace larder::internal {

namespace {

Store& store_of(larder_store* handle) {
  require_pointer(handle, "store");
  return *handle->store;
}

std::string_view key_of(const char* key) { return text_of(key, "key"); }

std::unique_ptr<larder_bytes> read(larder_store* store, const char* key, const GetOptions& options = {}) {
  return handle_of(store_of(store).read(key_of(key), options));
}

void require_found(bool found, std::string_view key, const Store& store) {
  if (!found) fail(ErrorKind::not_found, "there is no ", quoted(key), " in ", store.name());
}

void require_published(bool published, std::string_view key, const Store& store, std::string_view why) {
  if (!published) fail(ErrorKind::conflict, quoted(key), " in ", store.name(), ' ', why);
}

std::int64_t nanoseconds(StoreTime time) { return std::int64_t{time.time_since_epoch().count()}; }

larder_stat in_c(const Stat& stat) {
  larder_stat out{};
  out.size = stat.size;
  out.modified_ns = nanoseconds(stat.modified);
  out.has_accessed = stat.accessed ? 1 : 0;
  out.accessed_ns = nanoseconds(stat.accessed.value_or(StoreTime{}));
  out.has_xxh3 = stat.xxh3 ? 1 : 0;
  out.xxh3 = stat.xxh3.value_or(0);
  if (stat.etag.size() >= sizeof out.etag)
    fail(ErrorKind::limit, "an etag of ", stat.etag.size(), " bytes is too long");
  std::memcpy(out.etag, stat.etag.data(), stat.etag.size());
  return out;
}

// What this version knows of the caller's structure; what a later one has more is 0.
void give_stat(const larder_stat& stat, larder_stat* out) {
  const std::size_t size = out->struct_size;
  if (size < sizeof stat) fail(ErrorKind::usage, "larder_stat::struct_size is ", size, ", not ", sizeof stat);
  std::memset(out, 0, size);
  *out = stat;
  out->struct_size = size;
}

// All of a value, mapped where Store::read would.
Region contents_of(const Found& found) {
  if (found.stat.size >= smallest_mapping) {
    if (auto mapped = found.reader->map(MapMode::read)) return std::move(*mapped);
  }
  return found.reader->read_region(found.stat.size, "the value");
}

// Calls a C function for a Writer.
void compute_by(larder_compute compute, void* context, Writer& writer) {
  larder_writer borrowed{&writer, nullptr};
  Reported reported{};
  const larder_status status = compute(context, &borrowed, &reported.error);
  if (status == LARDER_OK) return;
  reported.error.status = status;
  throw reported;
}

}  // namespace

}  // namespace larder::internal

namespace internal = larder::internal;

larder_status larder_store_open(const char* url, larder_store** out, larder_error* error) {
  return internal::guarded_result(out, error, [&] {
    return std::make_unique<larder_store>(larder_store{larder::open_store(internal::text_of(url, "url"))});
  });
}

void larder_store_free(larder_store* store) { delete store; }

larder_status larder_store_get(larder_store* store, const char* key, larder_bytes** out, larder_error* error) {
  return internal::guarded_result(out, error, [&] { return internal::read(store, key); });
}

larder_status larder_store_get_verified(larder_store* store, const char* key, larder_bytes** out, larder_error* error) {
  return internal::guarded_result(out, error, [&] { return internal::read(store, key, {.verify = true}); });
}

larder_status larder_store_get_range(larder_store* store, const char* key, uint64_t offset, uint64_t size,
                                     larder_bytes** out, larder_error* error) {
  return internal::guarded_result(out, error, [&] { return internal::read(store, key, {.range = {offset, size}}); });
}

larder_status larder_store_reader(larder_store* store, const char* key, larder_reader** out, larder_error* error) {
  return internal::guarded_result(
      out, error, [&] { return internal::handle_of(internal::store_of(store).get(internal::key_of(key))); });
}

larder_status larder_store_stat(larder_store* store, const char* key, larder_stat* out, larder_error* error) {
  return internal::guarded(error, [&] {
    internal::require_pointer(out, "place for the result");
    const auto stat = internal::store_of(store).stat(internal::key_of(key));
    internal::require_found(stat.has_value(), key, *store->store);
    internal::give_stat(internal::in_c(*stat), out);
  });
}

larder_status larder_store_put(larder_store* store, const char* key, const void* data, size_t size,
                               larder_error* error) {
  return internal::guarded(
      error, [&] { internal::store_of(store).put(internal::key_of(key), internal::bytes_of(data, size)); });
}

larder_status larder_store_put_if_absent(larder_store* store, const char* key, const void* data, size_t size,
                                         larder_error* error) {
  return internal::guarded(error, [&] {
    const larder::Bytes bytes = internal::bytes_of(data, size);
    const auto published = internal::store_of(store).put_if_absent(internal::key_of(key), bytes);
    internal::require_published(published.has_value(), key, *store->store, "is there already");
  });
}

larder_status larder_store_put_if_match(larder_store* store, const char* key, const char* etag, const void* data,
                                        size_t size, larder_error* error) {
  return internal::guarded(error, [&] {
    const larder::Bytes bytes = internal::bytes_of(data, size);
    const std::string_view wanted = internal::text_of(etag, "etag");
    const auto published = internal::store_of(store).put_if_match(internal::key_of(key), wanted, bytes);
    internal::require_published(published.has_value(), key, *store->store, "has not that etag any more");
  });
}

larder_status larder_store_writer(larder_store* store, const char* key, larder_writer** out, larder_error* error) {
  return internal::guarded_result(
      out, error, [&] { return internal::handle_of(internal::store_of(store).put(internal::key_of(key))); });
}

larder_status larder_store_remove(larder_store* store, const char* key, larder_error* error) {
  return internal::guarded(error, [&] {
    const bool found = internal::store_of(store).remove(internal::key_of(key));
    internal::require_found(found, key, *store->store);
  });
}

larder_status larder_store_move(larder_store* store, const char* from, const char* to, larder_error* error) {
  return internal::guarded(error, [&] {
    const bool found = internal::store_of(store).move(internal::key_of(from), internal::key_of(to));
    internal::require_found(found, from, *store->store);
  });
}

larder_status larder_store_touch(larder_store* store, const char* key, larder_error* error) {
  return internal::guarded(error, [&] {
    const bool found = internal::store_of(store).touch(internal::key_of(key));
    internal::require_found(found, key, *store->store);
  });
}

larder_status larder_store_list(larder_store* store, const char* prefix, larder_listing** out, larder_error* error) {
  return internal::guarded_result(out, error, [&] {
    auto listing = internal::store_of(store).list({.prefix = std::string(internal::optional_text(prefix))});
    return std::make_unique<larder_listing>(larder_listing{std::move(listing)});
  });
}

larder_status larder_listing_next(larder_listing* listing, const char** key, larder_error* error) {
  if (key != nullptr) *key = nullptr;
  return internal::guarded(error, [&] {
    internal::require_pointer(listing, "listing");
    internal::require_pointer(key, "place for the key");
    if (listing->next == listing->page.size()) {
      listing->page = listing->listing->next();
      listing->next = 0;
    }
    if (!listing->page.empty()) *key = listing->page[listing->next++].key.c_str();
  });
}

void larder_listing_free(larder_listing* listing) { delete listing; }

larder_status larder_store_get_or_compute(larder_store* store, const char* key, larder_compute compute, void* context,
                                          larder_bytes** out, larder_error* error) {
  return internal::guarded_result(out, error, [&] {
    if (compute == nullptr) internal::fail(larder::ErrorKind::usage, "the function that computes is null");
    const larder::Found found = internal::store_of(store).get_or_compute(
        internal::key_of(key), [&](larder::Writer& writer) { internal::compute_by(compute, context, writer); });
    return internal::handle_of(internal::contents_of(found));
  });
}
