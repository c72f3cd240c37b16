#include "formats/whole.h"

#include <algorithm>

#include "base/text.h"
#include "io/pages.h"

namespace larder::internal {

namespace {

constexpr std::size_t first_step = 64 * 1024;

// Everything of a reader that cannot seek, within `most` bytes. Memory is taken as bytes arrive.
Region read_rest(Reader& reader, std::uint64_t most) {
  const auto pages = std::make_shared<Pages>();
  std::size_t size = 0;
  while (!reader.peek(1).empty()) {
    if (size == most) {
      fail(ErrorKind::limit, reader.name(), " is read from its end, and so needs to be in memory whole: more than ",
           most, " bytes, which Limits::bytes allows");
    }
    if (size == pages->size()) pages->grow(std::max(first_step, 2 * size));
    const std::size_t room = static_cast<std::size_t>(std::min<std::uint64_t>(pages->size() - size, most - size));
    size += reader.read({pages->data() + size, room});
  }
  return Region::adopt(pages, MutableBytes(pages->data(), size));
}

}  // namespace

WholeSource::WholeSource(const ReadSource& source, ArrayBudget* shared)
    : source_(source),
      own_budget_(source.limits),
      budget_(shared == nullptr ? &own_budget_ : shared),
      begin_(source.reader.position()) {
  const auto whole = source.reader.can_seek() ? source.reader.size() : std::nullopt;
  if (whole) {
    size_ = *whole - std::min(*whole, begin_);
    return;
  }
  content_ = read_rest(source.reader, budget_->left().bytes);
  size_ = content_->size();
  budget_->take(size_);
}

bool WholeSource::wants(std::string_view array) const {
  return source_.only.empty() || std::ranges::find(source_.only, array) != source_.only.end();
}

std::string WholeSource::place(std::uint64_t offset) const {
  return join("byte ", begin_ + offset, " of ", source_.reader.name());
}

void WholeSource::require_inside(std::uint64_t offset, std::uint64_t size, std::string_view what) const {
  if (offset <= size_ && size <= size_ - offset) return;
  const std::uint64_t there = size_ - std::min(offset, size_);
  throw Error(ErrorKind::truncated,
              join(what, " needs ", size, " bytes, ", there, there == 1 ? " is" : " are", " there"))
      .at(place(offset));
}

Region WholeSource::slice_of_mapping(std::uint64_t offset, std::uint64_t size) const {
  const Region& file = *source_.mapped_file;
  const std::uint64_t start = begin_ + offset;
  if (start > file.size() || size > file.size() - start)
    fail(ErrorKind::truncated, "the file was cut while it was read");
  return file.slice(static_cast<std::size_t>(start), static_cast<std::size_t>(size));
}

void WholeSource::read(std::uint64_t offset, MutableBytes out, std::string_view what) {
  require_inside(offset, out.size(), what);
  if (content_) {
    content_->read(static_cast<std::size_t>(offset), out);
    return;
  }
  source_.reader.seek(begin_ + offset);
  source_.reader.read_exactly(out, what);
}

Region WholeSource::bytes(std::uint64_t offset, std::uint64_t size, std::string_view what) {
  require_inside(offset, size, what);
  if (content_) return content_->slice(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
  if (is_mapped()) return slice_of_mapping(offset, size);
  source_.reader.seek(begin_ + offset);
  Region region = read_within(source_.reader, size, budget_->left(), what);
  budget_->take(size);
  return region;
}

Array WholeSource::elements(std::uint64_t offset, const DType& dtype, const Shape& shape, Order order) {
  constexpr std::string_view what = "the array's data";
  if (source_.choice != nullptr && !content_) {
    source_.reader.seek(begin_ + std::min(offset, size_));
    if (auto passed = pass_over(source_, dtype, shape, order)) return *std::move(passed);
  }
  const std::uint64_t size = checked_nbytes(shape, dtype.itemsize());
  if (source_.choice != nullptr && !content_) {
    require_inside(offset, size, what);
    source_.reader.seek(begin_ + offset);
    if (auto array = pass_over(source_, dtype, shape, order)) return *std::move(array);
  }
  Region region = bytes(offset, size, what);
  const bool is_foreign = source_.native_byte_order && !dtype.is_native();
  const bool is_misplaced = reinterpret_cast<std::uintptr_t>(region.data()) % dtype.alignment() != 0;
  if (is_mapped() || !(is_foreign || is_misplaced)) return Array::from_region(dtype, shape, order, std::move(region));
  if (content_) {  // other arrays may be made of these bytes
    if (size > budget_->left().bytes)
      fail(ErrorKind::limit, what, " needs ", size, " bytes, Limits::bytes allows ", budget_->left().bytes);
    region = Region::copy_of(region.bytes());
    budget_->take(size);
  }
  return is_foreign ? native_array(dtype, shape, order, std::move(region))
                    : Array::from_region(dtype, shape, order, std::move(region));
}

std::unique_ptr<Reader> WholeSource::reader(std::uint64_t offset, std::uint64_t size) {
  require_inside(offset, size, "a part of the file");
  if (!content_) return slice_reader(source_.reader, begin_ + offset, size);
  return memory_reader(content_->slice(static_cast<std::size_t>(offset), static_cast<std::size_t>(size)),
                       join(source_.reader.name(), " from byte ", begin_ + offset));
}

ReadSource WholeSource::inside(Reader& reader, std::uint64_t offset, std::uint64_t size) {
  const Region* mapped = nullptr;
  if (is_mapped()) mapped = &insides_.emplace_back(slice_of_mapping(offset, size));
  return {.reader = reader,
          .limits = budget_->left(),
          .native_byte_order = source_.native_byte_order,
          .mapped_file = mapped,
          .warn = source_.warn,
          .open_sibling = source_.open_sibling,
          .pickle = source_.pickle,
          .observer = source_.observer,
          .map_mode = source_.map_mode,
          .name = source_.name,
          .verify = source_.verify,
          .choice = source_.choice,
          .threads = source_.threads};
}

void WholeSource::tell_verified(std::string_view checksum) {
  if (source_.checksums == nullptr) return;
  std::vector<std::string>& verified = source_.checksums->verified;
  if (std::ranges::find(verified, checksum) == verified.end()) verified.emplace_back(checksum);
}

void WholeSource::tell_unchecked() {
  if (source_.checksums != nullptr) source_.checksums->some_unchecked = true;
}

void WholeSource::finish() {
  if (!content_) source_.reader.seek(begin_ + size_);
}

}  // namespace larder::internal
