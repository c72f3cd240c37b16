// Nulls where something must be, and handles that are used in a wrong way: every function answers, and none crashes.
#include <cstdint>
#include <functional>
#include <string>

#include "tests/capi/handles.h"

using namespace larder::testing;

namespace {

larder_status nothing(void*, larder_writer*, larder_error*) { return LARDER_OK; }

// Handles and arguments that are right. Each function is called with all of them but one.
struct Arguments {
  StoreHandle store = make<StoreHandle>(larder_store_open, "memory:");
  BytesHandle bytes = make<BytesHandle>(larder_compress, "zlib", "abc", std::size_t{3});
  DocumentHandle document = make<DocumentHandle>(larder_document_of_bytes, "abc", std::size_t{3});
  WriterHandle writer = make<WriterHandle>(larder_store_writer, store.get(), "written");
  ListingHandle listing = make<ListingHandle>(larder_store_list, store.get(), nullptr);
  double number = 1;
  std::uint64_t length = 1;
  ArrayHandle array =
      make<ArrayHandle>(larder_array_borrow, "f8", &length, std::size_t{1}, 0, static_cast<const void*>(&number));
};

}  // namespace

TEST_CASE("accessors of nothing give nothing, and freeing nothing is fine") {
  CHECK(larder_bytes_data(nullptr) == nullptr);
  CHECK(larder_bytes_size(nullptr) == 0);
  CHECK(larder_array_dtype(nullptr) == nullptr);
  CHECK(larder_array_dimensions(nullptr) == 0);
  CHECK(larder_array_shape(nullptr) == nullptr);
  CHECK(larder_array_is_fortran(nullptr) == 0);
  CHECK(larder_array_is_mapped(nullptr) == 0);
  CHECK(larder_array_elements(nullptr) == nullptr);
  CHECK(larder_array_mutable_elements(nullptr) == nullptr);
  CHECK(larder_array_nbytes(nullptr) == 0);
  larder_bytes_free(nullptr);
  larder_reader_free(nullptr);
  larder_writer_free(nullptr);
  larder_array_free(nullptr);
  larder_document_free(nullptr);
  larder_store_free(nullptr);
  larder_listing_free(nullptr);
}

TEST_CASE("a null without need is usage, in every function") {
  const Arguments good;
  larder_store* const store = good.store.get();
  larder_bytes* bytes = nullptr;
  larder_reader* reader = nullptr;
  larder_writer* writer = nullptr;
  larder_array* array = nullptr;
  larder_document* document = nullptr;
  larder_store* opened = nullptr;
  larder_listing* listing = nullptr;
  const char* key = nullptr;
  std::size_t got = 0;
  larder_stat stat;
  stat.struct_size = sizeof stat;
  const void* const abc = "abc";
  const std::size_t three = 3;
  const std::uint64_t any = 0;

  const auto no = [](auto function, auto... arguments) { refused(LARDER_USAGE, function, arguments...); };
  no(larder_open_file, nullptr, &reader);
  no(larder_open_file, "/dev/null", nullptr);
  no(larder_reader_read, nullptr, static_cast<void*>(&got), three, &got);
  no(larder_create_file, nullptr, &writer);
  no(larder_create_file, "/dev/null", nullptr);
  no(larder_writer_write, nullptr, abc, three);
  no(larder_writer_write, good.writer.get(), nullptr, three);
  no(larder_writer_finish, nullptr);

  no(larder_compress, nullptr, abc, three, &bytes);
  no(larder_compress, "zlib", nullptr, three, &bytes);
  no(larder_compress, "zlib", abc, three, nullptr);
  no(larder_decompress, nullptr, nullptr, three, any, &bytes);
  no(larder_decompress, "zlib", abc, three, any, nullptr);
  no(larder_compressor, nullptr, "zlib", &writer);
  no(larder_compressor, good.writer.get(), nullptr, &writer);
  no(larder_compressor, good.writer.get(), "zlib", nullptr);
  no(larder_decompressor, nullptr, "zlib", any, &reader);

  no(larder_array_borrow, nullptr, &good.length, std::size_t{1}, 0, abc, &array);
  no(larder_array_borrow, "f8", nullptr, std::size_t{1}, 0, abc, &array);
  no(larder_array_borrow, "f8", &good.length, std::size_t{1}, 0, nullptr, &array);
  no(larder_array_borrow, "f8", &good.length, std::size_t{1}, 0, abc, nullptr);

  no(larder_load, nullptr, nullptr, &document);
  no(larder_load, "/dev/null", nullptr, nullptr);
  no(larder_loads, nullptr, three, &document);
  no(larder_loads, abc, three, nullptr);
  no(larder_document_of_array, nullptr, &document);
  no(larder_document_of_array, good.array.get(), nullptr);
  no(larder_document_of_bytes, nullptr, three, &document);
  no(larder_document_of_bytes, abc, three, nullptr);
  no(larder_document_array, nullptr, "", &array);
  no(larder_document_array, good.document.get(), "", nullptr);
  no(larder_document_bytes, nullptr, "", &bytes);
  no(larder_document_bytes, good.document.get(), "", nullptr);
  no(larder_document_json, nullptr, "", &bytes);
  no(larder_document_json, good.document.get(), "", nullptr);
  no(larder_dump, nullptr, "/dev/null", nullptr);
  no(larder_dump, good.document.get(), nullptr, nullptr);
  no(larder_dumps, nullptr, "pickle", nullptr, &bytes);
  no(larder_dumps, good.document.get(), nullptr, nullptr, &bytes);
  no(larder_dumps, good.document.get(), "pickle", nullptr, nullptr);

  no(larder_store_open, nullptr, &opened);
  no(larder_store_open, "memory:", nullptr);
  no(larder_store_get, nullptr, "key", &bytes);
  no(larder_store_get, store, nullptr, &bytes);
  no(larder_store_get, store, "key", nullptr);
  no(larder_store_get_verified, nullptr, "key", &bytes);
  no(larder_store_get_verified, store, nullptr, &bytes);
  no(larder_store_get_range, nullptr, "key", any, any, &bytes);
  no(larder_store_get_range, store, nullptr, any, any, &bytes);
  no(larder_store_reader, nullptr, "key", &reader);
  no(larder_store_reader, store, nullptr, &reader);
  no(larder_store_stat, nullptr, "key", &stat);
  no(larder_store_stat, store, nullptr, &stat);
  no(larder_store_stat, store, "key", nullptr);
  no(larder_store_put, nullptr, "key", abc, three);
  no(larder_store_put, store, nullptr, abc, three);
  no(larder_store_put, store, "key", nullptr, three);
  no(larder_store_put_if_absent, nullptr, "key", abc, three);
  no(larder_store_put_if_absent, store, nullptr, abc, three);
  no(larder_store_put_if_absent, store, "key", nullptr, three);
  no(larder_store_put_if_match, nullptr, "key", "1", abc, three);
  no(larder_store_put_if_match, store, nullptr, "1", abc, three);
  no(larder_store_put_if_match, store, "key", nullptr, abc, three);
  no(larder_store_put_if_match, store, "key", "1", nullptr, three);
  no(larder_store_writer, nullptr, "key", &writer);
  no(larder_store_writer, store, nullptr, &writer);
  no(larder_store_writer, store, "key", nullptr);
  no(larder_store_remove, nullptr, "key");
  no(larder_store_remove, store, nullptr);
  no(larder_store_move, nullptr, "key", "other");
  no(larder_store_move, store, nullptr, "other");
  no(larder_store_move, store, "key", nullptr);
  no(larder_store_touch, nullptr, "key");
  no(larder_store_touch, store, nullptr);
  no(larder_store_load, nullptr, "key", nullptr, &document);
  no(larder_store_load, store, nullptr, nullptr, &document);
  no(larder_store_load, store, "key", nullptr, nullptr);
  no(larder_store_load, store, "key", "r+", &document);
  no(larder_store_dump, nullptr, "key", good.document.get(), nullptr);
  no(larder_store_dump, store, nullptr, good.document.get(), nullptr);
  no(larder_store_dump, store, "key", nullptr, nullptr);
  no(larder_store_list, nullptr, "", &listing);
  no(larder_store_list, store, "", nullptr);
  no(larder_listing_next, nullptr, &key);
  no(larder_listing_next, good.listing.get(), nullptr);
  no(larder_store_get_or_compute, nullptr, "key", nothing, nullptr, &bytes);
  no(larder_store_get_or_compute, store, nullptr, nothing, nullptr, &bytes);
  no(larder_store_get_or_compute, store, "key", nullptr, nullptr, &bytes);
  no(larder_store_get_or_compute, store, "key", nothing, nullptr, nullptr);
}

TEST_CASE("results are null, and counts 0, where a function fails") {
  auto* const untouched = reinterpret_cast<larder_bytes*>(std::uintptr_t{64});
  larder_bytes* bytes = untouched;
  CHECK(larder_compress("zip", "abc", 3, &bytes, nullptr) == LARDER_USAGE);
  CHECK(bytes == nullptr);
  bytes = untouched;
  CHECK(larder_store_get(nullptr, "key", &bytes, nullptr) == LARDER_USAGE);
  CHECK(bytes == nullptr);
  std::size_t got = 7;
  char buffer[1];
  CHECK(larder_reader_read(nullptr, buffer, 1, &got, nullptr) == LARDER_USAGE);
  CHECK(got == 0);
  const char* key = "key";
  CHECK(larder_listing_next(nullptr, &key, nullptr) == LARDER_USAGE);
  CHECK(key == nullptr);
}

TEST_CASE("a reader's buffer may be null for no bytes only") {
  const auto file = make<ReaderHandle>(larder_open_file, LARDER_SOURCE_DIR "/LICENSE");
  std::size_t got = 7;
  refused(LARDER_USAGE, larder_reader_read, file.get(), static_cast<void*>(nullptr), std::size_t{1}, &got);
  refused(LARDER_USAGE, larder_reader_read, file.get(), static_cast<void*>(&got), std::size_t{1},
          static_cast<std::size_t*>(nullptr));
  call(larder_reader_read, file.get(), static_cast<void*>(nullptr), std::size_t{0}, &got);
  CHECK(got == 0);
  CHECK_FALSE(read_all(file.get()).empty());
}
