// What reading a file takes, in the system's calls.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <stdexcept>

#include <larder/reader.h>

namespace larder::bench {

inline void require(bool fine, const char* what) {
  if (!fine) throw std::runtime_error(what);
}

using Memory = std::unique_ptr<std::byte, std::function<void(std::byte*)>>;

inline Memory small_pages(std::size_t size) {
  return {static_cast<std::byte*>(::operator new(size)), [](std::byte* start) { ::operator delete(start); }};
}

inline Memory huge_pages(std::size_t size) {
  void* const memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  require(memory != MAP_FAILED, "mmap");
  static_cast<void>(::madvise(memory, size, MADV_HUGEPAGE));  // where the system has none, pages are small
  return {static_cast<std::byte*>(memory), [size](std::byte* start) { ::munmap(start, size); }};
}

inline Memory read_into(Memory (*allocate)(std::size_t), const Path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  require(file >= 0, "open");
  const auto size = static_cast<std::size_t>(::lseek(file, 0, SEEK_END));
  require(::lseek(file, 0, SEEK_SET) == 0, "lseek");
  Memory memory = allocate(size);
  for (std::size_t done = 0; done < size;) {
    const ssize_t read = ::read(file, memory.get() + done, size - done);
    require(read > 0, "read");
    done += static_cast<std::size_t>(read);
  }
  require(::close(file) == 0, "close");
  return memory;
}

}  // namespace larder::bench
