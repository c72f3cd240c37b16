#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include <larder/reader.h>

#include "base/text.h"
#include "io/descriptor.h"

namespace larder {

using internal::Descriptor;

namespace {

// Reads a descriptor that it may own. Regular files are read at offsets, everything else as it comes.
class DescriptorReader final : public Reader {
 public:
  DescriptorReader(int number, Descriptor owned, std::string name)
      : number_(number), owned_(std::move(owned)), name_(std::move(name)) {
    const struct stat status = internal::status_of(number_, name_);
    if (S_ISDIR(status.st_mode)) internal::fail_directory(name_);
    regular_ = S_ISREG(status.st_mode) && (status.st_size != 0 || is_empty());
    if (!regular_) return;
    const off_t start = ::lseek(number_, 0, SEEK_CUR);
    if (start < 0) internal::fail_os(errno, "find the position in", name_);
    next_ = static_cast<std::uint64_t>(start);
    set_position(next_);
  }

 private:
  // Files of /proc say that they have 0 bytes and have more: such a file is a stream of unknown length.
  bool is_empty() const {
    std::byte first;
    return internal::read_some_at(number_, 0, {&first, 1}, name_) == 0;
  }

  std::size_t do_read(MutableBytes out) override {
    if (!regular_) return internal::read_some(number_, out, name_);
    const std::size_t size = internal::read_some_at(number_, next_, out, name_);
    next_ += size;
    return size;
  }
  bool do_can_seek() const override { return regular_; }
  void do_seek(std::uint64_t position) override { next_ = position; }
  std::optional<std::uint64_t> do_size() const override {
    if (!regular_) return std::nullopt;
    return static_cast<std::uint64_t>(internal::status_of(number_, name_).st_size);
  }
  std::optional<Region> do_map(MapMode mode) const override {
    if (!regular_) return std::nullopt;
    if (mode != MapMode::read_write) return internal::map_descriptor(number_, mode, name_);
    // The file itself, opened once more to write: its name may lead elsewhere by now.
    const Descriptor file = internal::open_descriptor(internal::join("/proc/self/fd/", number_), O_RDWR);
    return internal::map_descriptor(file.number(), mode, name_);
  }
  std::string do_name() const override { return name_; }

  int number_;
  Descriptor owned_;
  std::string name_;
  bool regular_ = false;
  std::uint64_t next_ = 0;
};

}  // namespace

std::unique_ptr<Reader> internal::owning_reader(Descriptor descriptor, std::string name) {
  const int number = descriptor.number();
  return std::make_unique<DescriptorReader>(number, std::move(descriptor), std::move(name));
}

std::unique_ptr<Reader> open_file(const Path& path) {
  return internal::owning_reader(internal::open_descriptor(path, O_RDONLY), path.string());
}

std::unique_ptr<Reader> fd_reader(int descriptor, std::string name) {
  return std::make_unique<DescriptorReader>(descriptor, Descriptor(-1), std::move(name));
}

}  // namespace larder
