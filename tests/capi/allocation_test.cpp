// Every allocation of every function fails once: the answer is a status, nothing is thrown, and nothing leaks. (Leaks
// are found by the build with AddressSanitizer.)
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <new>

#include "tests/capi/handles.h"
#include "tests/support/temporary.h"

namespace {

// Allocations of this thread until one fails; 0: none does.
thread_local std::size_t allowed = 0;

// Null where it fails.
void* allocate(std::size_t size, std::size_t alignment = alignof(std::max_align_t)) noexcept {
  if (allowed != 0 && --allowed == 0) return nullptr;
  const std::size_t whole = (size / alignment + 1) * alignment;
  return std::aligned_alloc(alignment, whole);
}

void* allocate_or_throw(std::size_t size, std::size_t alignment = alignof(std::max_align_t)) {
  void* const memory = allocate(size, alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

using Alignment = std::align_val_t;
using NoThrow = const std::nothrow_t&;

void* operator new(std::size_t size) { return allocate_or_throw(size); }
void* operator new[](std::size_t size) { return allocate_or_throw(size); }
void* operator new(std::size_t size, Alignment to) { return allocate_or_throw(size, static_cast<std::size_t>(to)); }
void* operator new[](std::size_t size, Alignment to) { return allocate_or_throw(size, static_cast<std::size_t>(to)); }
void* operator new(std::size_t size, NoThrow) noexcept { return allocate(size); }
void* operator new[](std::size_t size, NoThrow) noexcept { return allocate(size); }
void* operator new(std::size_t size, Alignment to, NoThrow) noexcept {
  return allocate(size, static_cast<std::size_t>(to));
}
void* operator new[](std::size_t size, Alignment to, NoThrow) noexcept {
  return allocate(size, static_cast<std::size_t>(to));
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, Alignment) noexcept { std::free(memory); }
void operator delete[](void* memory, Alignment) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, Alignment) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, Alignment) noexcept { std::free(memory); }
void operator delete(void* memory, NoThrow) noexcept { std::free(memory); }
void operator delete[](void* memory, NoThrow) noexcept { std::free(memory); }
void operator delete(void* memory, Alignment, NoThrow) noexcept { std::free(memory); }
void operator delete[](void* memory, Alignment, NoThrow) noexcept { std::free(memory); }

namespace larder::testing {
namespace {

// Calls `work` with its n-th allocation failing, for each n until it succeeds; how often it failed.
std::size_t failures_of(const std::function<larder_status(larder_error*)>& work) {
  constexpr std::size_t most = 10'000;
  for (std::size_t n = 1; n < most; ++n) {
    larder_error error;
    allowed = n;
    const larder_status status = work(&error);
    const bool failed = allowed == 0;
    allowed = 0;
    INFO("allocation " << n << ": " << larder_status_name(status) << ": " << error.message);
    CHECK(error.status == status);
    if (!failed) {
      CHECK(status == LARDER_OK);
      return n - 1;
    }
    // Some of larder says `limit`; what is optional may do without.
    CHECK((status == LARDER_NO_MEMORY || status == LARDER_LIMIT || status == LARDER_OK));
  }
  FAIL("it does not end");
  return most;
}

template <class Owner, class Function, class... Arguments>
std::size_t failures_of_making(Function function, Arguments... arguments) {
  return failures_of([&](larder_error* error) {
    typename Owner::pointer handle = nullptr;
    const larder_status status = function(arguments..., &handle, error);
    CHECK((handle == nullptr) == (status != LARDER_OK));
    const Owner owned(handle);
    return status;
  });
}

larder_status compute(void*, larder_writer* writer, larder_error* error) {
  return larder_writer_write(writer, "computed", 8, error);
}

}  // namespace

TEST_CASE("codecs answer when memory ends, in C") {
  const std::string compression = GENERATE("zlib", "gzip", "bz2", "xz", "lz4", "zstd", "none");
  const std::string text(10'000, 'x');
  const auto* const data = static_cast<const void*>(text.data());
  CHECK(failures_of_making<BytesHandle>(larder_compress, compression.c_str(), data, text.size()) > 2);
  const auto packed = make<BytesHandle>(larder_compress, compression.c_str(), data, text.size());
  CHECK(failures_of_making<BytesHandle>(larder_decompress, compression.c_str(), larder_bytes_data(packed.get()),
                                        larder_bytes_size(packed.get()), std::uint64_t{0}) > 2);
}

TEST_CASE("arrays and documents answer when memory ends, in C") {
  const double number = 7;
  const std::uint64_t length = 1;
  const auto* const elements = static_cast<const void*>(&number);
  CHECK(failures_of_making<ArrayHandle>(larder_array_borrow, "f8", &length, std::size_t{1}, 0, elements) > 2);
  const auto array = make<ArrayHandle>(larder_array_borrow, "f8", &length, std::size_t{1}, 0, elements);
  CHECK(failures_of_making<DocumentHandle>(larder_document_of_array, array.get()) > 2);
  const auto document = make<DocumentHandle>(larder_document_of_array, array.get());
  CHECK(failures_of_making<BytesHandle>(larder_dumps, document.get(), "joblib", "zlib") > 2);
  const auto bytes = make<BytesHandle>(larder_dumps, document.get(), "joblib", "zlib");
  CHECK(failures_of_making<DocumentHandle>(larder_loads, larder_bytes_data(bytes.get()),
                                           larder_bytes_size(bytes.get())) > 2);
  CHECK(failures_of_making<ArrayHandle>(larder_document_array, document.get(), nullptr) > 0);
  CHECK(failures_of_making<BytesHandle>(larder_document_json, document.get(), nullptr) > 2);
  const auto text = make<DocumentHandle>(larder_document_of_bytes, "abc", std::size_t{3});
  CHECK(failures_of_making<BytesHandle>(larder_document_bytes, text.get(), nullptr) > 0);
}

TEST_CASE("stores answer when memory ends, in C, and keep what was there") {
  const TemporaryDirectory directory;
  const bool in_directory = GENERATE(false, true);
  const std::string url = in_directory ? (directory / "store").string() : "memory:";
  CHECK(failures_of_making<StoreHandle>(larder_store_open, url.c_str()) > 2);
  const auto store = make<StoreHandle>(larder_store_open, url.c_str());
  const std::string key(100, 'k');  // longer than what a string holds in itself
  const std::string old(1000, 'o');
  const std::string fresh(2000, 'n');
  call(larder_store_put, store.get(), key.c_str(), static_cast<const void*>(old.data()), old.size());
  const auto value = [&] { return text_of(make<BytesHandle>(larder_store_get, store.get(), key.c_str())) == old; };
  CHECK(failures_of([&](larder_error* error) {
          const larder_status status = larder_store_put(store.get(), key.c_str(), fresh.data(), fresh.size(), error);
          if (status != LARDER_OK) CHECK(value());
          return status;
        }) > 2);
  CHECK(failures_of_making<BytesHandle>(larder_store_get, store.get(), key.c_str()) > 2);
  CHECK(failures_of_making<BytesHandle>(larder_store_get_verified, store.get(), key.c_str()) > 2);
  CHECK(failures_of_making<ReaderHandle>(larder_store_reader, store.get(), key.c_str()) > 2);
  CHECK(failures_of_making<WriterHandle>(larder_store_writer, store.get(), key.c_str()) > 1);
  CHECK(failures_of_making<ListingHandle>(larder_store_list, store.get(), "") > 1);
  CHECK(failures_of_making<BytesHandle>(larder_store_get_or_compute, store.get(), "computed", compute, nullptr) > 2);
  CHECK(failures_of([&](larder_error* error) {
          larder_stat stat;
          stat.struct_size = sizeof stat;
          return larder_store_stat(store.get(), key.c_str(), &stat, error);
        }) > 0);
}

}  // namespace larder::testing
