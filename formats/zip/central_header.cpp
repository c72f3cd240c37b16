#include "formats/zip/central_header.h"

#include <initializer_list>

#include "base/text.h"
#include "formats/zip/layout.h"
#include "formats/zip/name.h"

namespace larder::internal {

namespace {

using zip::Fields;

// Numbers that were too large for their fields, in the order of the zip64 extra field.
void take_zip64(std::optional<Bytes> extra, std::initializer_list<std::uint64_t*> numbers, std::string_view name) {
  Bytes rest = extra.value_or(Bytes());
  for (std::uint64_t* const number : numbers) {
    if (*number != zip::in_zip64_32) continue;
    if (rest.size() < sizeof(std::uint64_t))
      fail(ErrorKind::malformed, "the zip64 extra field of the member ", quoted(name), " is too short");
    *number = load_le<std::uint64_t>(rest.data());
    rest = rest.subspan(sizeof(std::uint64_t));
  }
}

void require_supported(const ZipEntry& entry, std::uint16_t method) {
  const auto refuse = [&](std::string_view what) {
    fail(ErrorKind::unsupported, "the member ", internal::quoted(entry.name), ' ', what);
  };
  if ((entry.flags & (zip::encrypted_flag | zip::strong_encryption_flag | zip::masked_flag)) != 0)
    refuse("is encrypted");
  if ((entry.flags & zip::patch_flag) != 0) refuse("is a patch of another file");
  if (method != zip::stored_method && method != zip::deflated_method)
    refuse(join("is compressed with method ", method, "; 0 (stored) and 8 (deflated) are read"));
  if (method == zip::stored_method && entry.stored != entry.size) {
    fail(ErrorKind::malformed, "the stored member ", internal::quoted(entry.name), " has ", entry.stored,
         " bytes in the file, but ", entry.size, " of content");
  }
}

// Some readers take the name in this field, others do not.
void require_one_name(const ZipEntry& entry, std::string_view raw_name, Bytes extras) {
  constexpr std::size_t in_front = 5;  // version and checksum
  const auto path = find_zip_extra(extras, zip::unicode_path_extra);
  if (path && (path->size() < in_front || as_text(path->subspan(in_front)) != raw_name))
    fail(ErrorKind::unsupported, "the member ", internal::quoted(entry.name), " has a second name");
}

}  // namespace

std::optional<Bytes> find_zip_extra(Bytes extras, std::uint16_t id) {
  constexpr std::size_t header = 4;
  std::optional<Bytes> found;
  while (extras.size() >= header) {
    Fields fields(extras);
    const std::uint16_t its_id = fields.u16();
    const std::uint16_t size = fields.u16();
    if (size > extras.size() - header) fail(ErrorKind::malformed, "the extra fields of a member do not add up");
    if (its_id == id && found) fail(ErrorKind::malformed, "a member has the extra field ", hex(id, 4), " twice");
    if (its_id == id) found = extras.subspan(header, size);
    extras = extras.subspan(header + size);
  }
  return found;
}

ZipEntry take_central_header(Bytes& rest) {
  if (rest.size() < zip::central_size || load_le<std::uint32_t>(rest.data()) != zip::central_signature)
    fail(ErrorKind::malformed, "the archive's directory has no header of a member here");
  Fields fields(rest.subspan(8));  // behind the versions
  ZipEntry entry;
  entry.flags = fields.u16();
  const std::uint16_t method = fields.u16();
  fields.u32();  // time and date
  entry.crc = fields.u32();
  entry.stored = fields.u32();
  entry.size = fields.u32();
  const std::size_t name_size = fields.u16();
  const std::size_t extra_size = fields.u16();
  const std::size_t comment_size = fields.u16();
  const std::uint16_t disk = fields.u16();
  fields.u16();  // attributes
  fields.u32();
  entry.local = fields.u32();
  if (rest.size() - zip::central_size < name_size + extra_size + comment_size)
    fail(ErrorKind::malformed, "the archive's directory is shorter than its headers");
  const std::string_view raw_name = as_text(rest.subspan(zip::central_size, name_size));
  auto name = zip_name(raw_name, (entry.flags & zip::utf8_flag) != 0);
  if (!name) fail(ErrorKind::malformed, "the name ", quoted(raw_name), " of a member is no text");
  entry.name = *std::move(name);

  const Bytes extras = rest.subspan(zip::central_size + name_size, extra_size);
  take_zip64(find_zip_extra(extras, zip::zip64_extra), {&entry.size, &entry.stored, &entry.local}, entry.name);
  if (disk != 0 && disk != zip::in_zip64_16) fail(ErrorKind::unsupported, "the archive has several disks");
  require_one_name(entry, raw_name, extras);
  require_supported(entry, method);
  entry.deflated = method == zip::deflated_method;
  entry.unchecked = entry.crc == 0 && entry.size != 0 && !entry.deflated;
  rest = rest.subspan(zip::central_size + name_size + extra_size + comment_size);
  return entry;
}

}  // namespace larder::internal
