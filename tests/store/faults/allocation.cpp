// Sanitizers have malloc for themselves, so that the shim never sees it. Where they are built in, operator new asks the
// shim.
#include <cstdlib>
#include <new>

#include "faults.h"

namespace {

void* take_or_null(std::size_t size) noexcept {
  return larder::testing::allocation_fails() ? nullptr : std::malloc(size > 0 ? size : 1);
}

void* take(std::size_t size) {
  void* memory = take_or_null(size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return take(size); }
void* operator new[](std::size_t size) { return take(size); }
// std::stable_sort asks this one.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return take_or_null(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return take_or_null(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete[](void* memory, const std::nothrow_t&) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
