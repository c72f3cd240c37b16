#include "store/local/index_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <utility>

#include "base/checked.h"
#include "base/text.h"
#include "io/retried.h"

namespace larder::internal {

namespace {

constexpr std::uint64_t magic = 0x5849'7265'6472'616c;  // "larderIX" where little bytes come first
constexpr std::uint32_t version = 1;
constexpr std::uint64_t header_bytes = 4096;
constexpr std::uint64_t most_slots = std::uint64_t{1} << 30;

// How long a file of this shape is; nothing where there can be no such shape.
std::optional<std::uint64_t> length_of(std::uint64_t capacity, std::uint64_t buckets, std::uint64_t names) {
  if (capacity == 0 || capacity > most_slots || !std::has_single_bit(buckets) || buckets < 2 * capacity ||
      buckets > 4 * capacity || names >= no_slot) {
    return std::nullopt;
  }
  return header_bytes + capacity * sizeof(IndexSlot) + (buckets + capacity) * sizeof(std::uint32_t) +
         (capacity + buckets) % 2 * sizeof(std::uint32_t) + names * name_unit;
}

Descriptor open_at(const Descriptor& directory, const std::string& name, int flags) {
  flags |= O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  return Descriptor(retried([&] { return ::openat(directory.number(), name.c_str(), flags, 0666); }));
}

}  // namespace

void fail_index(std::string_view what) { fail(ErrorKind::malformed, "the store's index is damaged: ", what); }

IndexFile::IndexFile(Descriptor file, Region region)
    : file_(std::move(file)),
      region_(std::move(region)),
      header_(reinterpret_cast<IndexHeader*>(region_.mutable_bytes().data())),
      capacity_(header_->capacity),
      buckets_(header_->buckets),
      names_(header_->names) {
  std::byte* place = region_.mutable_bytes().data() + header_bytes;
  slots_ = reinterpret_cast<IndexSlot*>(place);
  place += std::size_t{capacity_} * sizeof(IndexSlot);
  table_ = reinterpret_cast<std::uint32_t*>(place);
  place += std::size_t{buckets_} * sizeof(std::uint32_t);
  heap_ = reinterpret_cast<std::uint32_t*>(place);
  text_ = reinterpret_cast<char*>(region_.mutable_bytes().data() + region_.size() - std::size_t{names_} * name_unit);
}

std::optional<IndexFile> IndexFile::open(const Descriptor& directory, const std::string& name) {
  Descriptor file = open_at(directory, name, 0);
  if (file.number() < 0) {
    if (errno == ENOENT) return std::nullopt;
    fail_os(errno, "open", name);
  }
  const struct stat status = status_of(file.number(), name);
  if (!S_ISREG(status.st_mode) || std::cmp_less(status.st_size, header_bytes)) return std::nullopt;
  Region region = map_descriptor(file.number(), MapMode::read_write, name);
  const auto& header = *reinterpret_cast<const IndexHeader*>(region.data());
  if (header.magic != magic || header.version != version) return std::nullopt;
  if (length_of(header.capacity, header.buckets, header.names) != region.size()) return std::nullopt;
  return IndexFile(std::move(file), std::move(region));
}

IndexFile IndexFile::create(const Descriptor& directory, const std::string& name, std::uint64_t items,
                            std::uint64_t name_units) {
  const std::uint64_t buckets = std::bit_ceil(2 * items);
  const auto length = length_of(items, buckets, name_units);
  if (!length) fail(ErrorKind::limit, "the index of a store holds ", most_slots, " items and 32 GiB of names at most");
  if (retried([&] { return ::unlinkat(directory.number(), name.c_str(), 0); }) != 0 && errno != ENOENT) {
    fail_os(errno, "remove", name);
  }
  Descriptor file = open_at(directory, name, O_CREAT | O_EXCL);
  if (file.number() < 0) fail_os(errno, "create", name);
  take_space(file.number(), *length, name);
  Region region = map_descriptor(file.number(), MapMode::read_write, name);
  auto& header = *reinterpret_cast<IndexHeader*>(region.mutable_bytes().data());
  header.magic = magic;
  header.version = version;
  header.capacity = static_cast<std::uint32_t>(items);
  header.buckets = static_cast<std::uint32_t>(buckets);
  header.names = static_cast<std::uint32_t>(name_units);
  header.oldest = header.newest = header.free = no_slot;
  return IndexFile(std::move(file), std::move(region));
}

bool IndexFile::is_linked() const { return status_of(file_.number(), "the store's index").st_nlink > 0; }

IndexSlot& IndexFile::slot(std::uint32_t number) const {
  if (number >= capacity_) fail_index("it names a slot that it does not have");
  return slots_[number];
}

std::uint32_t& IndexFile::bucket(std::uint32_t number) const { return table_[number & (buckets_ - 1)]; }

std::uint32_t& IndexFile::heap(std::uint32_t place) const {
  if (place >= capacity_) fail_index("it names a place in its heap that is not there");
  return heap_[place];
}

char* IndexFile::name_at(std::uint32_t place, std::uint32_t units) const {
  if (place > names_ || units > names_ - place) fail_index("it names a text that it does not have");
  return text_ + std::size_t{place} * name_unit;
}

std::string_view IndexFile::name_of(const IndexSlot& slot) const {
  const std::uint16_t length = slot.name_length;
  if (length > most_item_name) fail_index("an item's name is too long");
  return {name_at(slot.name, static_cast<std::uint32_t>((length + name_unit - 1) / name_unit)), length};
}

}  // namespace larder::internal
