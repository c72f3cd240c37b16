#include <algorithm>

#include <larder/reader.h>

#include "base/checked.h"
#include "base/text.h"

namespace larder {

using internal::fail;
using internal::join;

namespace {

class SliceReader final : public Reader {
 public:
  // `kept`: owns `below`, or nothing.
  SliceReader(Reader& below, std::unique_ptr<Reader> kept, std::uint64_t offset, std::uint64_t size, std::string name)
      : below_(below), kept_(std::move(kept)), offset_(offset), size_(size), name_(std::move(name)) {}

 private:
  std::size_t do_read(MutableBytes out) override {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), size_ - next_));
    if (size == 0) return 0;
    if (below_.position() != offset_ + next_) below_.seek(offset_ + next_);
    const std::size_t done = below_.read(out.first(size));
    if (done == 0) fail(ErrorKind::truncated, name_, ": ", size_, " bytes were there, now ", next_, " are left");
    next_ += done;
    return done;
  }
  bool do_can_seek() const override { return true; }
  void do_seek(std::uint64_t position) override { next_ = position; }
  std::optional<std::uint64_t> do_size() const override { return size_; }
  std::string do_name() const override { return name_; }

  Reader& below_;
  std::unique_ptr<Reader> kept_;
  std::uint64_t offset_;
  std::uint64_t size_;
  std::uint64_t next_ = 0;
  std::string name_;
};

std::unique_ptr<Reader> slice_of(Reader& below, std::unique_ptr<Reader> kept, std::uint64_t offset,
                                 std::uint64_t size) {
  if (!below.can_seek()) fail(ErrorKind::unsupported, below.name(), ": a slice needs a source that can seek");
  const auto end = internal::checked_add(offset, size);
  const auto whole = below.size();
  if (!end || (whole && *end > *whole)) {
    throw Error(ErrorKind::truncated, join("a slice needs ", size, " bytes, ",
                                           whole.value_or(0) - std::min(offset, whole.value_or(0)), " are there"))
        .at(join("byte ", offset, " of ", below.name()));
  }
  std::string name = join(below.name(), " from byte ", offset);
  if (const auto region = below.region()) {
    return memory_reader(region->slice(static_cast<std::size_t>(offset), static_cast<std::size_t>(size)),
                         std::move(name));
  }
  return std::make_unique<SliceReader>(below, std::move(kept), offset, size, std::move(name));
}

}  // namespace

std::unique_ptr<Reader> slice_reader(Reader& below, std::uint64_t offset, std::uint64_t size) {
  return slice_of(below, nullptr, offset, size);
}

std::unique_ptr<Reader> slice_reader(std::unique_ptr<Reader> below, std::uint64_t offset, std::uint64_t size) {
  Reader& borrowed = *below;
  return slice_of(borrowed, std::move(below), offset, size);
}

}  // namespace larder
