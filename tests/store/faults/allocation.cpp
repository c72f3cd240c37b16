// Sanitizers have malloc for themselves, so that the shim never sees it. Where they are built in, operator new asks the
// shim.
#include <cstdlib>
#include <new>

#include "faults.h"

namespace {

void* take(std::size_t size) {
  void* memory = larder::testing::allocation_fails() ? nullptr : std::malloc(size > 0 ? size : 1);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return take(size); }
void* operator new[](std::size_t size) { return take(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
