#include "store/local/value_reader.h"

#include <algorithm>

#include "base/text.h"

namespace larder::internal {

namespace {

constexpr std::size_t most_read_ahead = 64 * 1024;

class ValueReader final : public Reader {
 public:
  ValueReader(Descriptor file, std::uint64_t size, std::string name)
      : Reader(static_cast<std::size_t>(std::clamp<std::uint64_t>(size, 1, most_read_ahead))),
        file_(std::move(file)),
        size_(size),
        name_(std::move(name)) {}

 private:
  std::size_t do_read(MutableBytes out) override {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), size_ - next_));
    if (wanted == 0) return 0;
    const std::size_t size = read_some_at(file_.number(), next_, out.first(wanted), name_);
    if (size == 0) fail(ErrorKind::truncated, name_, ": ", size_, " bytes were there, now ", next_, " are left");
    next_ += size;
    return size;
  }
  bool do_can_seek() const override { return true; }
  void do_seek(std::uint64_t position) override { next_ = position; }
  std::optional<std::uint64_t> do_size() const override { return size_; }
  std::optional<Region> do_map(MapMode mode) const override {
    if (mode == MapMode::read_write) {
      fail(ErrorKind::usage, name_, ": a value of a store cannot be mapped for writing, possible are r and c");
    }
    return map_descriptor(file_.number(), mode, name_);
  }
  std::string do_name() const override { return name_; }

  Descriptor file_;
  std::uint64_t size_;
  std::uint64_t next_ = 0;
  std::string name_;
};

}  // namespace

std::unique_ptr<Reader> value_reader(Descriptor file, std::uint64_t size, std::string name) {
  return std::make_unique<ValueReader>(std::move(file), size, std::move(name));
}

}  // namespace larder::internal
