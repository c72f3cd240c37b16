#include <algorithm>
#include <exception>

#include <larder/reader.h>
#include <larder/writer.h>

#include "base/text.h"

namespace larder {

namespace {

class MemoryReader final : public Reader {
 public:
  MemoryReader(Bytes bytes, std::string name) : Reader(0), name_(std::move(name)) { set_window(bytes); }
  MemoryReader(Region region, std::string name) : Reader(0), region_(std::move(region)), name_(std::move(name)) {
    set_window(region_->bytes());
  }

 private:
  std::size_t do_read(MutableBytes) override { return 0; }
  std::optional<Region> do_region() const override {
    if (!region_) return std::nullopt;
    return region_->slice(0, region_->size());
  }
  std::string do_name() const override { return name_; }

  std::optional<Region> region_;
  std::string name_;
};

// Mapped bytes are copied out with the guarded `Region::read`, because the file may shrink while it is read.
class MappingReader final : public Reader {
 public:
  MappingReader(Region region, std::string name) : region_(std::move(region)), name_(std::move(name)) {}

 private:
  std::size_t do_read(MutableBytes out) override {
    const std::size_t size = std::min(out.size(), region_.size() - next_);
    try {
      region_.read(next_, out.first(size));
    } catch (Error& error) {
      error.at(internal::join("byte ", next_, " of ", name_));
      throw;
    }
    next_ += size;
    return size;
  }
  bool do_can_seek() const override { return true; }
  void do_seek(std::uint64_t position) override { next_ = static_cast<std::size_t>(position); }
  std::optional<std::uint64_t> do_size() const override { return region_.size(); }
  std::optional<Region> do_region() const override { return region_.slice(0, region_.size()); }
  std::string do_name() const override { return name_; }

  Region region_;
  std::size_t next_ = 0;
  std::string name_;
};

}  // namespace

std::unique_ptr<Reader> memory_reader(Region region, std::string name) {
  if (region.mapped()) return std::make_unique<MappingReader>(std::move(region), std::move(name));
  return std::make_unique<MemoryReader>(std::move(region), std::move(name));
}

std::unique_ptr<Reader> memory_reader(Bytes bytes, std::string name) {
  return std::make_unique<MemoryReader>(bytes, std::move(name));
}

MemoryWriter::~MemoryWriter() = default;

void MemoryWriter::do_write(Bytes bytes) {
  try {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  } catch (const std::exception&) {  // bad_alloc or length_error: bytes themselves throw nothing
    internal::fail(ErrorKind::limit, name(), ": no memory for ", bytes.size(), " more bytes after ", bytes_.size());
  }
}

std::string MemoryWriter::do_name() const { return "<memory>"; }

}  // namespace larder
