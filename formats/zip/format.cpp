#include "formats/zip/format.h"

#include <algorithm>

#include "base/text.h"
#include "formats/zip/member.h"

namespace larder::internal {

namespace {

FormatInfo in_family(FormatInfo info) {
  info.signature = Signature::magic;
  info.extent = Extent::rest;
  info.family = "zip";
  return info;
}

const ZipFormat& owner_of(const ZipDirectory& directory, const WholeSource& whole) {
  std::vector<const ZipFormat*> owners;
  std::ranges::copy_if(zip_formats(), std::back_inserter(owners),
                       [&](const ZipFormat* format) { return format->owns(directory); });
  if (owners.size() == 1) return *owners.front();
  if (!owners.empty()) {
    fail(ErrorKind::unsupported, whole.source().reader.name(), " is both ", owners[0]->info().name, " and ",
         owners[1]->info().name);
  }
  constexpr std::size_t most_names = 3;
  std::string names;
  for (const ZipEntry& entry : directory.entries()) {
    if (&entry - directory.entries().data() == most_names) {
      names += "...";
      break;
    }
    names += internal::quoted(entry.name) + ' ';
  }
  fail(ErrorKind::unsupported, whole.source().reader.name(),
       " is a ZIP archive of no format that larder reads; it has ", directory.entries().size(), " members: ", names);
}

// Each member has a checksum in the archive, which no mapping keeps right.
void refuse_changes(const ReadSource& source) {
  if (source.mapped_file == nullptr || source.map_mode != MapMode::read_write) return;
  fail(ErrorKind::unsupported, source.reader.name(),
       " is a ZIP archive, whose arrays cannot be changed in the file: its checksums would be wrong, and every program "
       "would refuse it; map it with \"c\" and dump it again, or convert it to a format without checksums");
}

}  // namespace

ZipFormat::ZipFormat(FormatInfo info) : Format(in_family(std::move(info))) {}

bool ZipFormat::recognises(Bytes head) const {
  constexpr std::size_t size = 4;
  const std::string_view first = as_text(head.first(std::min(head.size(), size)));
  const auto begins = [&](std::string_view magic) { return !first.empty() && magic.starts_with(first); };
  return begins("PK\3\4") || begins("PK\5\6");
}

const Format& ZipFormat::read(const ReadSource& source, Document& document) const {
  refuse_changes(source);
  WholeSource whole(source);
  ZipDirectory directory = ZipDirectory::without_headers(whole);
  const ZipFormat& owner = owner_of(directory, whole);
  directory.locate(whole, [&](const ZipEntry& entry) { return owner.needs(entry, whole); });
  owner.read_archive(whole, directory, document);
  if (source.verify) verify_members(whole, directory);
  whole.finish();
  return owner;
}

bool ZipFormat::needs(const ZipEntry&, const WholeSource&) const { return true; }

const std::vector<const ZipFormat*>& zip_formats() {
  static const std::vector<const ZipFormat*> found = [] {
    std::vector<const ZipFormat*> archives;
    for (const Format* const format : formats()) {
      if (const auto* const archive = dynamic_cast<const ZipFormat*>(format)) archives.push_back(archive);
    }
    return archives;
  }();
  return found;
}

}  // namespace larder::internal
