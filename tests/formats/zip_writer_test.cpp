// Archives that larder writes, read by larder.
#include <catch2/catch.hpp>

#include "formats/zip/member.h"
#include "formats/zip/writer.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

using internal::ZipEntry;
using internal::ZipStyle;
using internal::ZipWriter;

std::string archive_of(const ZipStyle& style, const std::function<void(ZipWriter&)>& fill) {
  MemoryWriter writer;
  ZipWriter archive(writer, style);
  fill(archive);
  archive.finish();
  writer.finish();
  return std::string(as_text(writer.bytes()));
}

// Reads an archive and calls use(entry, content) for each member.
template <class Use>
void for_each_member(const std::string& bytes, Use use) {
  const auto reader = memory_reader(as_bytes(bytes));
  const Limits limits;
  const ReadSource source{
      .reader = *reader, .limits = limits, .native_byte_order = false, .mapped_file = nullptr, .warn = [](auto) {}};
  internal::WholeSource whole(source);
  const internal::ZipDirectory directory(whole);
  for (const ZipEntry& entry : directory.entries())
    use(entry, std::string(as_text(internal::member_bytes(whole, entry).bytes())));
}

const std::string words = [] {
  std::string text;
  for (int i = 0; i < 40'000; ++i) text += std::to_string(i * i) + ' ';
  return text;
}();

}  // namespace

TEST_CASE("an archive that is written is read equal, its stored members aligned") {
  for (const std::size_t alignment : {1U, 16U, 64U, 4096U}) {
    for (const bool always_zip64 : {false, true}) {
      INFO("alignment " << alignment << " zip64 " << always_zip64);
      const std::string bytes =
          archive_of({.alignment = alignment, .always_zip64 = always_zip64}, [](ZipWriter& archive) {
            archive.add("a", as_bytes("x"));
            archive.add("empty", {}, 6);
            archive.add("b/\u00fc", as_bytes(words), 6);
            archive.add("streamed", std::nullopt, 0, [](Writer& writer) {
              for (const char letter : std::string_view("one by one")) writer.write(as_bytes({&letter, 1}));
            });
            archive.add("deflated of no size", std::nullopt, 1, [](Writer&) {});
            archive.add("c", as_bytes(words));
          });
      std::string names;
      for_each_member(bytes, [&](const ZipEntry& entry, const std::string& content) {
        names += entry.name + ';';
        if (!entry.deflated && entry.size != 0) CHECK(entry.data % alignment == 0);
        CHECK(entry.deflated == (entry.name.starts_with("b/") || entry.name.starts_with("deflated")));
        if (entry.name == "c" || entry.deflated) CHECK(content == (entry.name[0] == 'd' ? "" : words));
        if (entry.name == "streamed") CHECK(content == "one by one");
      });
      CHECK(names == "a;empty;b/\u00fc;streamed;deflated of no size;c;");
      CHECK((bytes.find("PK\6\6") != std::string::npos) == always_zip64);
      CHECK(bytes == archive_of({.alignment = alignment, .always_zip64 = always_zip64}, [&](ZipWriter& archive) {
              for_each_member(bytes, [&](const ZipEntry& entry, const std::string& content) {
                const bool known = entry.name != "streamed" && !entry.name.starts_with("deflated");
                archive.add(entry.name, known ? std::optional<std::uint64_t>(content.size()) : std::nullopt,
                            entry.deflated ? (known ? 6 : 1) : 0,
                            [&](Writer& writer) { writer.write(as_bytes(content)); });
              });
            }));
    }
  }
}

TEST_CASE("more members than 16 bits count make an archive zip64") {
  const std::string bytes = archive_of({}, [](ZipWriter& archive) {
    for (int i = 0; i < 65'535; ++i) archive.add(std::to_string(i), {});
  });
  std::size_t count = 0;
  for_each_member(bytes, [&](const ZipEntry&, const std::string&) { ++count; });
  CHECK(count == 65'535);
  CHECK(bytes.find("PK\6\6") != std::string::npos);
}

TEST_CASE("an archive refuses names that it cannot have, and sizes that are not kept") {
  MemoryWriter writer;
  ZipWriter archive(writer);
  archive.add("a", as_bytes("x"));
  CHECK_ERROR(archive.add("a", {}), usage);
  CHECK_ERROR(archive.add("", {}), usage);
  CHECK_ERROR(archive.add(std::string("a\0b", 3), {}), usage);
  CHECK_ERROR(archive.add("\xff", {}), usage);
  CHECK_ERROR(archive.add(std::string(65'536, 'n'), {}), usage);
  CHECK_ERROR(archive.add("b", 2, 0, [](Writer& target) { target.write(as_bytes("x")); }), usage);
  CHECK_ERROR(archive.add("c", as_bytes("x"), 99), usage);
}

}  // namespace larder::testing
