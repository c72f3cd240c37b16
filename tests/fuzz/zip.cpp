// Reads any bytes as a ZIP archive, writes an archive of what it read, stored or deflated as the input chooses, and
// reads that again: the same members come back. From memory and from a pipe the answer is the same.
#include <algorithm>
#include <functional>

#include "formats/zip/member.h"
#include "formats/zip/writer.h"
#include "fuzzing.h"

using namespace larder;
using namespace larder::testing;

namespace {

struct Member {
  std::string name;
  std::string content;

  bool operator==(const Member&) const = default;
};

struct Opened {
  std::vector<Member> members;
  std::optional<ErrorKind> failure;
};

Opened open_archive(Reader& reader) {
  Opened opened;
  const Limits limits = small_limits();
  const ReadSource source{
      .reader = reader, .limits = limits, .native_byte_order = false, .mapped_file = nullptr, .warn = [](auto) {}};
  opened.failure = kind_of_failure([&] {
    internal::WholeSource whole(source);
    const internal::ZipDirectory directory(whole);
    for (const internal::ZipEntry& entry : directory.entries()) {
      require(directory.find(entry.name) == &entry, "a member is found by its name");
      opened.members.push_back({entry.name, std::string(as_text(internal::member_bytes(whole, entry).bytes()))});
    }
    whole.finish();
  });
  return opened;
}

// Names that no archive is given, though some have them.
bool can_be_written(const std::vector<Member>& members) {
  return std::ranges::none_of(members, [](const Member& member) { return member.name.empty(); });
}

std::vector<std::byte> archive_of(const std::vector<Member>& members, std::size_t choice) {
  MemoryWriter writer;
  internal::ZipWriter archive(writer, {.alignment = std::size_t{1} << choice % 8, .always_zip64 = choice % 3 == 0});
  for (const Member& member : members)
    archive.add(member.name, as_bytes(member.content), static_cast<int>(choice % 10));
  archive.finish();
  writer.finish();
  return writer.take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input = as_input(data, size);
  const auto memory = memory_reader(input);
  const Opened whole = open_archive(*memory);
  const auto pipe = trickle_reader(input);
  const Opened pieces = open_archive(*pipe);
  // What a pipe holds counts as well.
  if (whole.failure == ErrorKind::limit || pieces.failure == ErrorKind::limit) return 0;
  require_same(whole.failure, pieces.failure);
  if (whole.failure) return 0;
  require(whole.members == pieces.members, "memory and pipe hold the same members");
  require(memory->position() == input.size(), "an archive is all that there is");
  if (!can_be_written(whole.members)) return 0;

  const auto written = archive_of(whole.members, std::hash<std::string_view>()(as_text(input)));
  const Opened again = open_archive(*memory_reader(Bytes(written)));
  if (again.failure == ErrorKind::limit) return 0;  // budgets are near: headers of 64 bits need not fit
  require(!again.failure, "what larder writes can be read");
  require(again.members == whole.members, "what is written and read again is equal");
  return 0;
}
