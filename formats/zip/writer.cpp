#include "formats/zip/writer.h"

#include <algorithm>
#include <array>
#include <concepts>

#include "base/text.h"
#include "base/unicode.h"
#include "formats/zip/content_writer.h"
#include "formats/zip/layout.h"

namespace larder::internal {

namespace {

constexpr std::uint16_t plain_version = 20;  // needed to extract: deflate
constexpr std::uint16_t zip64_version = 45;
constexpr std::uint64_t largest_name = 65'535;
// A member that is no larger than this stays below 4 GiB also where deflate makes it grow.
constexpr std::uint64_t largest_small = 0xf000'0000;
// The extra field that aligns: torch's own, in front of stored content.
constexpr std::uint16_t padding_extra = 0x4246;
constexpr std::size_t padding_header = 4;
constexpr char padding = 'Z';

// A record being put together.
class Record {
 public:
  Record& u16(std::uint64_t value) { return put<std::uint16_t>(value); }
  Record& u32(std::uint64_t value) { return put<std::uint32_t>(value); }
  Record& u64(std::uint64_t value) { return put<std::uint64_t>(value); }
  Record& text(std::string_view bytes) {
    bytes_.append(bytes);
    return *this;
  }
  // 32 bits, or where they are too few the mark that says that the number is elsewhere.
  Record& small(std::uint64_t value) { return u32(value < zip::in_zip64_32 ? value : zip::in_zip64_32); }
  Bytes bytes() const { return as_bytes(bytes_); }
  std::size_t size() const { return bytes_.size(); }
  std::string_view view() const { return bytes_; }

 private:
  template <std::integral T>
  Record& put(std::uint64_t value) {
    std::array<std::byte, sizeof(T)> bytes;
    store_le(bytes.data(), static_cast<T>(value));
    bytes_.append(as_text(bytes));
    return *this;
  }

  std::string bytes_;
};

std::uint16_t flags_of(bool is_empty) {
  return static_cast<std::uint16_t>(zip::utf8_flag | (is_empty ? 0 : zip::descriptor_flag));
}

std::uint16_t method_of(bool is_deflated) { return is_deflated ? zip::deflated_method : zip::stored_method; }

bool needs_zip64(std::uint64_t value) { return value >= zip::in_zip64_32; }

// Bytes of padding in front of what would be at `offset`, so that it is at a multiple of `alignment`.
std::size_t distance_to(std::size_t alignment, std::uint64_t offset) {
  return static_cast<std::size_t>((alignment - offset % alignment) % alignment);
}

std::string padding_field(std::size_t size) {
  return std::string(Record().u16(padding_extra).u16(size).view()).append(size, padding);
}

}  // namespace

void ZipWriter::add(std::string_view name, Bytes content, int deflate) {
  add(name, content.size(), deflate, [&](Writer& writer) { writer.write(content); });
}

void ZipWriter::add(std::string_view name, std::optional<std::uint64_t> size, int deflate,
                    const std::function<void(Writer&)>& content) {
  Member member{.name = take_name(name), .local = offset()};
  member.is_empty = size == std::uint64_t{0};
  member.is_deflated = deflate != 0 && !member.is_empty;
  member.is_large = !size || *size > largest_small;
  write_local_header(member);
  const auto target = zip_content_writer(writer_, member.is_deflated ? deflate : 0, style_.threads);
  content(target->writer());
  const ZipContent written = target->finish();
  if (size && written.size != *size) {
    fail(ErrorKind::usage, "the member ", quoted(name), " of ", writer_.name(), " was to have ", *size, " bytes, not ",
         written.size);
  }
  member.stored = written.stored;
  member.size = written.size;
  member.crc = written.crc;
  if (!member.is_empty) write_descriptor(member);
  members_.push_back(member);
}

std::string_view ZipWriter::take_name(std::string_view name) {
  const bool possible =
      !name.empty() && name.size() <= largest_name && name.find('\0') == std::string_view::npos && !invalid_utf8(name);
  if (!possible) fail(ErrorKind::usage, quoted(name), " can be no name of a member of ", writer_.name());
  const auto [kept, is_new] = names_.emplace(name);
  if (!is_new) fail(ErrorKind::usage, writer_.name(), " has a member called ", quoted(name), " already");
  return *kept;
}

void ZipWriter::write_local_header(const Member& member) {
  Record extra;
  if (member.is_large) extra.u16(zip::zip64_extra).u16(16).u64(0).u64(0);
  const std::uint64_t content = member.local + zip::local_size + member.name.size() + extra.size();
  if (!member.is_deflated && !member.is_empty && content % style_.alignment != 0)
    extra.text(padding_field(distance_to(style_.alignment, content + padding_header)));
  const std::uint32_t unknown = member.is_large ? zip::in_zip64_32 : 0;
  Record header;
  header.u32(zip::local_signature).u16(member.is_large ? zip64_version : plain_version).u16(flags_of(member.is_empty));
  header.u16(method_of(member.is_deflated)).u16(style_.time).u16(style_.date);
  header.u32(0).u32(unknown).u32(unknown).u16(member.name.size()).u16(extra.size());
  header.text(member.name).text(extra.view());
  writer_.write(header.bytes());
}

void ZipWriter::write_descriptor(const Member& member) {
  Record descriptor;
  descriptor.u32(zip::descriptor_signature).u32(member.crc);
  if (member.is_large)
    descriptor.u64(member.stored).u64(member.size);
  else
    descriptor.u32(member.stored).u32(member.size);
  writer_.write(descriptor.bytes());
}

void ZipWriter::write_central_header(const Member& member) {
  Record large;
  for (const std::uint64_t number : {member.size, member.stored, member.local}) {
    if (needs_zip64(number)) large.u64(number);
  }
  Record extra;
  if (large.size() != 0) extra.u16(zip::zip64_extra).u16(large.size()).text(large.view());
  const std::uint16_t version = member.is_large || large.size() != 0 ? zip64_version : plain_version;
  Record header;
  header.u32(zip::central_signature).u16(version).u16(version).u16(flags_of(member.is_empty));
  header.u16(method_of(member.is_deflated)).u16(style_.time).u16(style_.date);
  header.u32(member.crc).small(member.stored).small(member.size);
  header.u16(member.name.size()).u16(extra.size()).u16(0).u16(0).u16(0).u32(0).small(member.local);
  header.text(member.name).text(extra.view());
  writer_.write(header.bytes());
}

void ZipWriter::finish() {
  const std::uint64_t directory = offset();
  for (const Member& member : members_) write_central_header(member);
  const std::uint64_t end = offset();
  const std::uint64_t size = end - directory;
  const std::uint64_t count = members_.size();
  Record record;
  if (style_.always_zip64 || needs_zip64(end) || count >= zip::in_zip64_16) {
    record.u32(zip::end64_signature).u64(zip::end64_size - 12).u16(zip64_version).u16(zip64_version);
    record.u32(0).u32(0).u64(count).u64(count).u64(size).u64(directory);
    record.u32(zip::locator_signature).u32(0).u64(end).u32(1);
  }
  const std::uint64_t small_count = std::min<std::uint64_t>(count, zip::in_zip64_16);
  record.u32(zip::end_signature).u16(0).u16(0).u16(small_count).u16(small_count);
  record.small(size).small(directory).u16(0);
  writer_.write(record.bytes());
}

}  // namespace larder::internal
