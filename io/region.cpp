#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>

#include <larder/bytes.h>

#include "base/checked.h"
#include "base/text.h"
#include "io/pages.h"

namespace larder {

using internal::fail;

namespace {

constexpr std::align_val_t alignment{64};
constexpr std::size_t smallest_in_pages = 1024 * 1024;

[[noreturn]] void fail_no_memory(std::uint64_t size) {
  fail(ErrorKind::limit, "cannot allocate ", size, " bytes: the system has not that much memory");
}

std::shared_ptr<std::byte> allocate_on_heap(std::size_t size) {
  void* memory = ::operator new(size, alignment, std::nothrow);
  if (memory == nullptr) fail_no_memory(size);
  return {static_cast<std::byte*>(memory), [](std::byte* start) { ::operator delete(start, alignment); }};
}

std::shared_ptr<std::byte> allocate_pages(std::size_t size) {
  const auto pages = std::make_shared<internal::Pages>(size);
  return {pages, pages->data()};
}

// Copies through the kernel, which answers EFAULT for a page that is gone where a plain access would be a SIGBUS.
void read_guarded(const std::byte* from, MutableBytes out) {
  for (std::size_t done = 0; done < out.size();) {
    iovec local{out.data() + done, out.size() - done};
    iovec remote{const_cast<std::byte*>(from + done), out.size() - done};
    const ssize_t size = ::process_vm_readv(::getpid(), &local, 1, &remote, 1, 0);
    if (size > 0) {
      done += static_cast<std::size_t>(size);
    } else if (size == 0 || errno == EFAULT) {
      throw Error(ErrorKind::io, "mapped bytes are gone: the file was cut short after it was mapped")
          .set_os_error(EFAULT);
    } else if (errno != EINTR) {
      internal::fail_os(errno, "read", "mapped bytes");
    }
  }
}

}  // namespace

Region Region::allocate(std::uint64_t size) {
  if (size == 0) return {nullptr, nullptr, 0, true, false};
  const auto length = internal::checked_cast<std::ptrdiff_t>(size);
  if (!length) fail_no_memory(size);
  const auto whole = static_cast<std::size_t>(*length);
  auto memory = whole < smallest_in_pages ? allocate_on_heap(whole) : allocate_pages(whole);
  const std::byte* data = memory.get();
  return {std::move(memory), data, whole, true, false};
}

Region Region::copy_of(Bytes bytes) {
  Region region = allocate(bytes.size());
  if (!bytes.empty()) std::memcpy(region.mutable_bytes().data(), bytes.data(), bytes.size());
  return region;
}

Region Region::borrow(Bytes bytes) noexcept { return {nullptr, bytes.data(), bytes.size(), false, false}; }

Region Region::borrow(MutableBytes bytes) noexcept { return {nullptr, bytes.data(), bytes.size(), true, false}; }

Region Region::adopt(std::shared_ptr<const void> keeper, Bytes bytes, bool mapped) noexcept {
  return {std::move(keeper), bytes.data(), bytes.size(), false, mapped};
}

Region Region::adopt(std::shared_ptr<const void> keeper, MutableBytes bytes, bool mapped) noexcept {
  return {std::move(keeper), bytes.data(), bytes.size(), true, mapped};
}

MutableBytes Region::mutable_bytes() const {
  if (!writable_) fail(ErrorKind::usage, "these ", size_, " bytes are read-only");
  return {const_cast<std::byte*>(data_), size_};
}

Region Region::slice(std::size_t offset, std::size_t size) const {
  if (offset > size_ || size > size_ - offset) {
    fail(ErrorKind::usage, "a slice of ", size, " bytes from byte ", offset, " is not inside a region of ", size_,
         " bytes");
  }
  return {keeper_, data_ + offset, size, writable_, mapped_};
}

void Region::read(std::size_t offset, MutableBytes out) const {
  if (offset > size_ || out.size() > size_ - offset) {
    fail(ErrorKind::usage, "cannot read ", out.size(), " bytes from byte ", offset, " of a region of ", size_,
         " bytes");
  }
  if (out.empty()) return;
  if (mapped_) {
    read_guarded(data_ + offset, out);
  } else {
    std::memcpy(out.data(), data_ + offset, out.size());
  }
}

}  // namespace larder
