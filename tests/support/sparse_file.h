// Files of any size that take little room on the disk.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <string>

#include <larder/writer.h>

namespace larder::testing {

// Writes a file in which pieces of zeros are holes.
class SparseFile final : public Writer {
 public:
  explicit SparseFile(const std::filesystem::path& path)
      : Writer(0, 0), name_(path.string()), file_(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {
    if (file_ < 0) throw std::runtime_error("no file " + name_);
  }
  ~SparseFile() override { ::close(file_); }
  SparseFile(const SparseFile&) = delete;
  SparseFile& operator=(const SparseFile&) = delete;

 private:
  void do_write(Bytes bytes) override {
    constexpr std::size_t most = 1 << 20;
    auto at = static_cast<off_t>(position());
    while (!bytes.empty()) {
      const Bytes piece = bytes.first(std::min(most, bytes.size()));
      if (!is_zeros(piece)) write_piece(piece, at);
      bytes = bytes.subspan(piece.size());
      at += static_cast<off_t>(piece.size());
    }
  }
  void do_finish() override {
    if (::ftruncate(file_, static_cast<off_t>(position())) != 0) throw std::runtime_error("cannot end " + name_);
  }
  std::string do_name() const override { return name_; }

  static bool is_zeros(Bytes bytes) {
    return bytes[0] == std::byte{0} && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0;
  }
  void write_piece(Bytes bytes, off_t at) const {
    if (::pwrite(file_, bytes.data(), bytes.size(), at) != static_cast<ssize_t>(bytes.size()))
      throw std::runtime_error("cannot write " + name_);
  }

  std::string name_;
  int file_;
};

}  // namespace larder::testing
