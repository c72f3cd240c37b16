#include "formats/zip/directory.h"

#include <algorithm>
#include <numeric>

#include "base/text.h"
#include "formats/zip/central_header.h"
#include "formats/zip/end_record.h"
#include "formats/zip/layout.h"
#include "formats/zip/name.h"

namespace larder::internal {

namespace {

using zip::Fields;

// Sizes and checksum, as a local header or a data descriptor gives them.
struct Given {
  std::uint32_t crc = 0;
  std::uint64_t stored = 0;
  std::uint64_t size = 0;

  bool agrees_with(const ZipEntry& entry) const {
    return crc == entry.crc && stored == entry.stored && size == entry.size;
  }
  // Likewise, where 0 is no answer.
  bool may_agree_with(const ZipEntry& entry) const {
    return (crc == 0 || crc == entry.crc) && (stored == 0 || stored == entry.stored) &&
           (size == 0 || size == entry.size);
  }
};

// Compares what stands in front of, and behind, a member's content with its header in the directory.
class LocalHeader {
 public:
  LocalHeader(WholeSource& whole, ZipEntry& entry) : whole_(whole), entry_(entry), room_(entry.end - entry.local) {}

  // Checks all, and fills in where the content is.
  void check() {
    const std::uint64_t header = check_header();
    if (entry_.stored > room_ - header) bad("overlaps what follows it");
    entry_.data = entry_.local + header;
    check_descriptor(room_ - header - entry_.stored);
  }

 private:
  [[noreturn]] void bad(std::string_view why) const {
    throw Error(ErrorKind::malformed, join("the member ", internal::quoted(entry_.name), ' ', why))
        .at(whole_.place(entry_.local));
  }

  // Returns its size.
  std::uint64_t check_header() {
    std::byte fixed[zip::local_size];
    whole_.read(entry_.local, fixed, "the header of a member");
    Fields fields(fixed);
    if (fields.u32() != zip::local_signature) bad("has no header where the directory says");
    fields.u16();  // version
    const std::uint16_t flags = fields.u16();
    const std::uint16_t method = fields.u16();
    fields.u32();  // time and date
    Given given{.crc = fields.u32(), .stored = fields.u32(), .size = fields.u32()};
    const std::size_t name_size = fields.u16();
    const std::size_t extra_size = fields.u16();
    if (zip::local_size + name_size + extra_size > room_) bad("overlaps what follows it");
    if (method != (entry_.deflated ? zip::deflated_method : zip::stored_method))
      bad("has another method in its own header");
    if (((flags ^ entry_.flags) & ~zip::deflate_effort_flags) != 0) bad("has other flags in its own header");

    variable_.resize(name_size + extra_size);
    whole_.read(entry_.local + zip::local_size, variable_, "the header of a member");
    const std::string_view name = as_text(Bytes(variable_).first(name_size));
    if (zip_name(name, (flags & zip::utf8_flag) != 0) != entry_.name) bad("has another name in its own header");
    take_zip64(given, Bytes(variable_).subspan(name_size));
    if (has_descriptor() ? !given.may_agree_with(entry_) : !given.agrees_with(entry_))
      bad("has other sizes or another checksum in its own header");
    return zip::local_size + name_size + extra_size;
  }

  bool has_descriptor() const { return (entry_.flags & zip::descriptor_flag) != 0; }

  // Python has the field also where the sizes are small enough; then they must be the same.
  void take_zip64(Given& given, Bytes extras) const {
    const auto extra = find_zip_extra(extras, zip::zip64_extra);
    const bool large = given.size == zip::in_zip64_32 || given.stored == zip::in_zip64_32;
    if (!extra && large) bad("has no zip64 extra field in its own header");
    if (!extra) return;
    if (extra->size() < 16) bad("has a zip64 extra field in its own header that is too short");
    const std::uint64_t size = load_le<std::uint64_t>(extra->data());
    const std::uint64_t stored = load_le<std::uint64_t>(extra->data() + 8);
    const auto settle = [&](std::uint64_t& small, std::uint64_t number) {
      if (small != zip::in_zip64_32 && small != number && !(has_descriptor() && (small == 0 || number == 0)))
        bad("has two sizes in its own header");
      if (small == zip::in_zip64_32 || small == 0) small = number;
    };
    settle(given.size, size);
    settle(given.stored, stored);
  }

  // The descriptor is told by its size, which is what is left until the next member begins.
  void check_descriptor(std::uint64_t size) {
    if (!has_descriptor()) {
      if (size != 0) bad(join("is followed by ", size, " bytes that belong to nothing"));
      return;
    }
    const bool is_signed = size == 16 || size == 24;
    const bool is_large = size == 20 || size == 24;
    if (!is_signed && !is_large && size != 12)
      bad(join("should be followed by a data descriptor, not by ", size, " bytes"));
    std::byte bytes[24];
    whole_.read(entry_.data + entry_.stored, MutableBytes(bytes).first(static_cast<std::size_t>(size)),
                "the data descriptor of a member");
    Fields fields(bytes);
    if (is_signed && fields.u32() != zip::descriptor_signature) bad("has no data descriptor behind it");
    const std::uint32_t crc = fields.u32();
    const std::uint64_t stored = is_large ? fields.u64() : fields.u32();
    const std::uint64_t content = is_large ? fields.u64() : fields.u32();
    if (!Given{crc, stored, content}.agrees_with(entry_)) bad("has other sizes or another checksum behind it");
  }

  WholeSource& whole_;
  ZipEntry& entry_;
  std::uint64_t room_;  // from the local header on
  std::vector<std::byte> variable_;
};

// The bytes of the directory, which its headers refer to.
std::vector<std::byte> read_directory(WholeSource& whole, const ZipEnd& end) {
  if (end.size > whole.budget().left().bytes) {
    fail(ErrorKind::limit, "the archive's directory needs ", end.size, " bytes, Limits::bytes allows ",
         whole.budget().left().bytes);
  }
  std::vector<std::byte> directory(static_cast<std::size_t>(end.size));
  whole.read(end.directory, directory, "the archive's directory");
  return directory;
}

std::vector<ZipEntry> read_entries(WholeSource& whole, const ZipEnd& end, Bytes directory) {
  std::vector<ZipEntry> entries;
  for (Bytes rest = directory; !rest.empty();) {
    const std::uint64_t at = end.directory + (directory.size() - rest.size());
    try {
      entries.push_back(take_central_header(rest));
      const std::uint64_t cost = sizeof(ZipEntry) + entries.back().name.size();
      if (cost > whole.budget().left().bytes)
        fail(ErrorKind::limit, "the archive's directory needs more memory than Limits::bytes allows");
      whole.budget().take(cost);
    } catch (Error& error) {
      error.at(whole.place(at));
      throw;
    }
  }
  if (entries.size() != end.entries) {
    throw Error(ErrorKind::malformed,
                join("the archive's directory has ", entries.size(), " members, its end record ", "says ", end.entries))
        .at(whole.place(end.directory));
  }
  return entries;
}

// Members lie one after another, from the first byte to the directory: finds where each ends.
void find_ends(const WholeSource& whole, std::vector<ZipEntry>& entries, std::uint64_t directory) {
  std::vector<std::uint32_t> order(entries.size());
  std::iota(order.begin(), order.end(), 0U);
  const auto local = [&](std::uint32_t index) { return entries[index].local; };
  std::ranges::sort(order, {}, local);
  if (const std::uint64_t first = order.empty() ? directory : local(order[0]); first != 0)
    throw Error(ErrorKind::malformed, join("the archive's first member begins at byte ", first)).at(whole.place(0));
  for (std::size_t i = 0; i < order.size(); ++i) {
    ZipEntry& entry = entries[order[i]];
    entry.end = i + 1 < order.size() ? local(order[i + 1]) : directory;
    if (entry.end < entry.local) {
      throw Error(ErrorKind::malformed,
                  join("the member ", internal::quoted(entry.name), " is said to begin behind the archive's directory"))
          .at(whole.place(directory));
    }
    const std::uint64_t room = entry.end - entry.local;
    if (room < zip::local_size || entry.stored > room - zip::local_size) {
      throw Error(ErrorKind::malformed, join("the member ", internal::quoted(entry.name), " overlaps what follows it"))
          .at(whole.place(entry.local));
    }
  }
}

}  // namespace

ZipDirectory::ZipDirectory(WholeSource& whole) {
  *this = without_headers(whole);
  locate(whole, [](const ZipEntry&) { return true; });
}

ZipDirectory ZipDirectory::without_headers(WholeSource& whole) {
  ZipDirectory made;
  ZipEnd end = find_zip_end(whole);
  made.comment_ = std::move(end.comment);
  const std::vector<std::byte> directory = read_directory(whole, end);
  made.entries_ = read_entries(whole, end, directory);
  find_ends(whole, made.entries_, end.directory);

  made.by_name_.resize(made.entries_.size());
  std::iota(made.by_name_.begin(), made.by_name_.end(), 0U);
  const auto name = [&](std::uint32_t index) -> const std::string& { return made.entries_[index].name; };
  std::ranges::sort(made.by_name_, {}, name);
  const auto twin = std::ranges::adjacent_find(made.by_name_, {}, name);
  if (twin != made.by_name_.end()) {
    throw Error(ErrorKind::malformed, join("the archive has two members called ", internal::quoted(name(*twin))))
        .at(whole.place(end.directory));
  }
  return made;
}

void ZipDirectory::locate(WholeSource& whole, const std::function<bool(const ZipEntry& entry)>& needs) {
  for (ZipEntry& entry : entries_)
    if (needs(entry)) LocalHeader(whole, entry).check();
}

const ZipEntry* ZipDirectory::find(std::string_view name) const noexcept {
  const auto found = std::ranges::lower_bound(
      by_name_, name, {}, [this](std::uint32_t index) -> std::string_view { return entries_[index].name; });
  return found != by_name_.end() && entries_[*found].name == name ? &entries_[*found] : nullptr;
}

}  // namespace larder::internal
