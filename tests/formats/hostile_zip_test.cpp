// Archives with two readings, or with none: rows Z1 to Z3 of what ZIP readers are attacked with.
#include <catch2/catch.hpp>

#include <fstream>
#include <functional>

#include "archive.h"
#include "formats/zip/end_record.h"
#include "formats/zip/member.h"
#include "hostile.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"
#include "transports.h"

namespace larder::testing {
namespace {

// The members of any archive, as a dict of bytes.
class Members final : public Format {
 public:
  Members() : Format({.name = "members", .description = "", .extensions = {}, .reads = true}) {}
  bool recognises(Bytes) const override { return true; }
  const Format& read(const ReadSource& source, Document& document) const override {
    internal::WholeSource whole(source);
    const internal::ZipDirectory directory(whole);
    const Value root = document.dict();
    for (const internal::ZipEntry& entry : directory.entries())
      document.insert(root, document.str(entry.name), document.bytes(internal::member_bytes(whole, entry).bytes()));
    document.set_root(root);
    whole.finish();
    return *this;
  }
  void write(Value, Writer&, const WriteOptions&) const override {}
};

const Members& members() {
  static const Members format;
  return format;
}

// "name=content;" of each member, or the kind of the error.
std::string reading_of(const std::string& bytes, const Limits& limits = {}) {
  const Outcome outcome = read_memory(members(), bytes, limits);
  INFO(outcome.message);
  if (!outcome.document) return kind_of(outcome);
  std::string text;
  const Value root = outcome.root();
  for (std::size_t i = 0; i < root.size(); ++i)
    text += std::string(root.key(i).as_str()) + '=' + std::string(as_text(root.value(i).as_bytes())) + ';';
  return text;
}

ZipFile two_members() { return {.parts = {zip_part("a", "first"), zip_part("b", "second", true)}}; }

constexpr const char* both = "a=first;b=second;";

struct Row {
  const char* name;
  std::function<void(ZipFile&)> spoil;
  const char* reading;
};

void check(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    ZipFile archive = two_members();
    row.spoil(archive);
    INFO(row.name);
    CHECK(reading_of(bytes_of(archive)) == row.reading);
  }
}

}  // namespace

TEST_CASE("an archive is read the same from every place") {
  ZipFile archive = two_members();
  archive.zip64 = true;
  archive.comment = "some words";
  add_descriptor(archive.parts[0], 24);
  add_descriptor(archive.parts[1], 16);
  const std::string bytes = bytes_of(archive);
  CHECK(reading_of(bytes) == both);
  CHECK(read_everywhere(members(), bytes).position == bytes.size());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    INFO(size);
    CHECK(kind_of(read_memory(members(), bytes.substr(0, size))) != "a value");
  }
  read_everywhere(members(), bytes.substr(0, 40));
}

TEST_CASE("archives that real writers make are read") {
  check({
      {"as it is", [](ZipFile&) {}, both},
      {"no members", [](ZipFile& zip) { zip.parts.clear(); }, ""},
      {"a comment", [](ZipFile& zip) { zip.comment = "PK, they say"; }, both},
      {"zip64 without need: torch", [](ZipFile& zip) { zip.zip64 = true; }, both},
      {"zip64 with need",
       [](ZipFile& zip) {
         zip.zip64 = true;
         zip.entries = 0xffff;
         zip.directory_size = zip.directory_offset = 0xffffffff;
       },
       both},
      {"zip64 fields in the directory",
       [](ZipFile& zip) {
         zip.parts[1].central.size = zip.parts[1].central.stored = 0xffffffff;
         zip.parts[1].central.extra = raw("\1\0\x10\0") + little(6, 8) + little(zip.parts[1].data.size(), 8);
       },
       both},
      {"zip64 sizes in the local header beside small ones: numpy",
       [](ZipFile& zip) { zip.parts[0].local.extra = raw("\1\0\x10\0") + little(5, 8) + little(5, 8); }, both},
      {"zip64 sizes in the local header alone: numpy, newer",
       [](ZipFile& zip) {
         zip.parts[0].local.size = zip.parts[0].local.stored = 0xffffffff;
         zip.parts[0].local.extra = raw("\1\0\x10\0") + little(5, 8) + little(5, 8);
       },
       both},
      {"zip64 sizes of 0 before a descriptor: Python, streamed",
       [](ZipFile& zip) {
         add_descriptor(zip.parts[0], 24);
         zip.parts[0].local.extra = raw("\1\0\x10\0") + little(0, 8) + little(0, 8);
       },
       both},
      {"descriptors of 12 bytes", [](ZipFile& zip) { add_descriptor(zip.parts[0], 12); }, both},
      {"descriptors of 16 bytes", [](ZipFile& zip) { add_descriptor(zip.parts[1], 16); }, both},
      {"descriptors of 20 bytes", [](ZipFile& zip) { add_descriptor(zip.parts[0], 20); }, both},
      {"no checksums: torch, without", [](ZipFile& zip) { zip.parts[0].local.crc = zip.parts[0].central.crc = 0; },
       both},
      {"other effort in the flags", [](ZipFile& zip) { zip.parts[1].central.flags = 2; }, both},
      {"any order in the directory",
       [](ZipFile& zip) {
         const std::uint32_t second = 31 + 5;
         std::swap(zip.parts[0].central, zip.parts[1].central);
         zip.parts[0].offset = second;
         zip.parts[1].offset = 0;
       },
       "b=second;a=first;"},
      {"names in code page 437", [](ZipFile& zip) { zip.parts[0].local.name = zip.parts[0].central.name = "\x81\xe1"; },
       "\u00fc\u00df=first;b=second;"},
      {"names in UTF-8",
       [](ZipFile& zip) {
         zip.parts[0].local.name = zip.parts[0].central.name = "\u00fc";
         zip.parts[0].local.flags = zip.parts[0].central.flags = 0x800;
       },
       "\u00fc=first;b=second;"},
      {"a second name that is the first", [](ZipFile& zip) { zip.parts[0].central.extra = raw("\x75\x70\6\0\1????a"); },
       both},
  });
}

TEST_CASE("archives that overlap or leave gaps have no reading") {
  check({
      {"a prefix", [](ZipFile& zip) { zip.prefix = "#!/bin/sh\n"; }, "malformed"},
      {"a prefix that offsets hide",
       [](ZipFile& zip) {
         zip.prefix = "#!/bin/sh\n";
         zip.directory_offset = static_cast<std::uint32_t>(bytes_of(two_members()).size() - 22 - 2 * 47);
       },
       "malformed"},
      {"a gap", [](ZipFile& zip) { zip.parts[0].gap = "hidden"; }, "malformed"},
      {"a gap before the directory", [](ZipFile& zip) { zip.parts[1].gap = std::string(100, 'x'); }, "malformed"},
      {"a gap as long as a descriptor", [](ZipFile& zip) { zip.parts[0].gap = std::string(16, 'x'); }, "malformed"},
      {"a tail", [](ZipFile& zip) { zip.tail = "more"; }, "malformed"},
      {"two members in one place", [](ZipFile& zip) { zip.parts[1].offset = 0; }, "malformed"},
      {"a member in a member", [](ZipFile& zip) { zip.parts[1].offset = 10; }, "malformed"},
      {"a member in the directory", [](ZipFile& zip) { zip.parts[1].offset = 90; }, "malformed"},
      {"a member behind the end", [](ZipFile& zip) { zip.parts[1].offset = 1U << 30; }, "malformed"},
      {"a content that reaches into the next",
       [](ZipFile& zip) { zip.parts[0].central.stored = zip.parts[0].central.size = 40; }, "malformed"},
  });
  const std::string overlapping = quoted_overlap(50, 1 << 20);
  CHECK(overlapping.size() < 16 * 1024);
  CHECK(reading_of(overlapping) == "malformed");
  CHECK(reading_of(quoted_overlap(1, 100)) == "0=" + std::string(100, '\0') + ";");
}

TEST_CASE("a bomb is stopped by the limits") {
  ZipFile archive{.parts = {zip_part("bomb", std::string(std::size_t{64} << 20, '\0'), true)}};
  const std::string bytes = bytes_of(archive);
  CHECK(bytes.size() < 400'000);
  Limits limits;
  limits.bytes = 1 << 20;
  CHECK(reading_of(bytes, limits) == "limit");
  archive.parts[0].local.size = archive.parts[0].central.size = 1000;  // as if it were small
  CHECK(reading_of(bytes_of(archive), limits) != "limit");
  CHECK(read_memory(members(), bytes_of(archive), limits).error.has_value());
}

TEST_CASE("headers that contradict each other have no reading") {
  const auto local = [](auto change) { return [change](ZipFile& zip) { change(zip.parts[1].local); }; };
  check({
      {"the name", local([](ZipHeader& header) { header.name = "c"; }), "malformed"},
      {"the length of the name", local([](ZipHeader& header) { header.name = "bb"; }), "malformed"},
      {"the method", local([](ZipHeader& header) { header.method = 0; }), "malformed"},
      {"the flags: encrypted", local([](ZipHeader& header) { header.flags = 1; }), "malformed"},
      {"the flags: descriptor", local([](ZipHeader& header) { header.flags = 8; }), "malformed"},
      {"the flags: UTF-8", local([](ZipHeader& header) { header.flags = 0x800; }), "malformed"},
      {"the checksum", local([](ZipHeader& header) { ++header.crc; }), "malformed"},
      {"the size in the file", local([](ZipHeader& header) { ++header.stored; }), "malformed"},
      {"the size", local([](ZipHeader& header) { ++header.size; }), "malformed"},
      {"no size", local([](ZipHeader& header) { header.size = 0; }), "malformed"},
      {"a size in zip64",
       local([](ZipHeader& header) { header.extra = raw("\1\0\x10\0") + little(7, 8) + little(header.stored, 8); }),
       "malformed"},
      {"a size in zip64 alone", local([](ZipHeader& header) {
         header.size = header.stored = 0xffffffff;
         header.extra = raw("\1\0\x10\0") + little(7, 8) + little(8, 8);
       }),
       "malformed"},
      {"zip64 without its field", local([](ZipHeader& header) { header.size = header.stored = 0xffffffff; }),
       "malformed"},
      {"zip64 cut short", local([](ZipHeader& header) {
         header.size = 0xffffffff;
         header.extra = raw("\1\0\4\0") + little(6, 4);
       }),
       "malformed"},
      {"extra fields that do not add up", local([](ZipHeader& header) { header.extra = raw("\1\0\x20\0xx"); }),
       "malformed"},
      {"no descriptor",
       [](ZipFile& zip) {
         add_descriptor(zip.parts[1], 16);
         zip.parts[1].descriptor.clear();
       },
       "malformed"},
      {"a short descriptor",
       [](ZipFile& zip) {
         add_descriptor(zip.parts[1], 16);
         zip.parts[1].descriptor.pop_back();
       },
       "malformed"},
      {"a descriptor of another signature",
       [](ZipFile& zip) {
         add_descriptor(zip.parts[1], 16);
         zip.parts[1].descriptor[0] = 'p';
       },
       "malformed"},
      {"a descriptor of another checksum",
       [](ZipFile& zip) {
         add_descriptor(zip.parts[1], 12);
         ++zip.parts[1].descriptor[0];
       },
       "malformed"},
      {"a descriptor of another size",
       [](ZipFile& zip) {
         add_descriptor(zip.parts[1], 24);
         ++zip.parts[1].descriptor[20];
       },
       "malformed"},
      {"a size before the descriptor",
       [](ZipFile& zip) {
         add_descriptor(zip.parts[1], 16);
         zip.parts[1].local.size = 7;
       },
       "malformed"},
  });
}

TEST_CASE("directories and end records that lie have no reading") {
  const std::string inner = bytes_of(two_members());
  check({
      {"one name twice", [](ZipFile& zip) { zip.parts[1].local.name = zip.parts[1].central.name = "a"; }, "malformed"},
      {"one name twice, in two alphabets",
       [](ZipFile& zip) {
         zip.parts[0].local.name = zip.parts[0].central.name = "\x81";
         zip.parts[1].local.name = zip.parts[1].central.name = "\u00fc";
         zip.parts[1].local.flags = zip.parts[1].central.flags = 0x800;
       },
       "malformed"},
      {"a name with a NUL", [](ZipFile& zip) { zip.parts[1].local.name = zip.parts[1].central.name = raw("b\0.py"); },
       "malformed"},
      {"a name that is no UTF-8",
       [](ZipFile& zip) {
         zip.parts[1].local.name = zip.parts[1].central.name = "\xff";
         zip.parts[1].local.flags = zip.parts[1].central.flags = 0x800;
       },
       "malformed"},
      {"a second name", [](ZipFile& zip) { zip.parts[1].central.extra = raw("\x75\x70\6\0\1????c"); }, "unsupported"},
      {"fewer members than are said", [](ZipFile& zip) { zip.entries = 3; }, "malformed"},
      {"more members than are said", [](ZipFile& zip) { zip.entries = 1; }, "malformed"},
      {"a directory elsewhere", [](ZipFile& zip) { zip.directory_offset = 0; }, "malformed"},
      {"a directory that is too short", [](ZipFile& zip) { zip.directory_size = 47; }, "malformed"},
      {"a directory that is too long", [](ZipFile& zip) { zip.directory_size = 1000; }, "malformed"},
      {"zip64 without a record", [](ZipFile& zip) { zip.directory_offset = 0xffffffff; }, "malformed"},
      {"zip64 that disagrees",
       [](ZipFile& zip) {
         zip.zip64 = true;
         zip.entries64 = 1;
       },
       "malformed"},
      {"zip64 with an offset of 2^64-1",
       [](ZipFile& zip) {
         zip.zip64 = true;
         zip.directory_offset = 0xffffffff;
         zip.directory_offset64 = ~std::uint64_t{0};
       },
       "malformed"},
      {"a zip64 record at 2^64-1",
       [](ZipFile& zip) {
         zip.zip64 = true;
         zip.end64_offset = ~std::uint64_t{0};
       },
       "malformed"},
      {"a zip64 record elsewhere",
       [](ZipFile& zip) {
         zip.zip64 = true;
         zip.end64_offset = 0;
       },
       "malformed"},
      {"a zip64 record of another length",
       [](ZipFile& zip) {
         zip.zip64 = true;
         zip.end64_size = 45;
       },
       "malformed"},
      {"a zip64 field that is missing", [](ZipFile& zip) { zip.parts[1].central.size = 0xffffffff; }, "malformed"},
      {"a zip64 field that is too short",
       [](ZipFile& zip) {
         zip.parts[1].central.size = 0xffffffff;
         zip.parts[1].central.extra = raw("\1\0\7\0") + little(6, 7);
       },
       "malformed"},
      {"two zip64 fields",
       [](ZipFile& zip) {
         zip.parts[1].central.size = 0xffffffff;
         zip.parts[1].central.extra = raw("\1\0\10\0") + little(6, 8) + raw("\1\0\10\0") + little(6, 8);
       },
       "malformed"},
      {"an end record in the comment", [](ZipFile& zip) { zip.comment = raw("PK\5\6") + std::string(18, '\0'); },
       "malformed"},
      {"a whole archive in the comment", [&](ZipFile& zip) { zip.comment = inner; }, "malformed"},
      {"a signature in the comment", [](ZipFile& zip) { zip.comment = "PK\5\6"; }, "malformed"},
      {"a comment that is cut", [](ZipFile& zip) { zip.comment_size = 1; }, "truncated"},
  });
  CHECK(reading_of(bytes_of({.parts = {zip_part("a", inner)}})) == "a=" + inner + ";");
}

TEST_CASE("what is damaged inside a member is noticed") {
  check({
      {"stored content", [](ZipFile& zip) { zip.parts[0].data = "fisrt"; }, "checksum"},
      {"the checksum of stored content", [](ZipFile& zip) { zip.parts[0].local.crc = zip.parts[0].central.crc = 1; },
       "checksum"},
      {"the checksum of nothing",
       [](ZipFile& zip) {
         zip.parts[0] = zip_part("a", "");
         zip.parts[0].local.crc = zip.parts[0].central.crc = 1;
       },
       "checksum"},
      {"the checksum of deflated content", [](ZipFile& zip) { zip.parts[1].local.crc = ++zip.parts[1].central.crc; },
       "checksum"},
      {"deflated content that is longer", [](ZipFile& zip) { zip.parts[1].local.size = zip.parts[1].central.size = 5; },
       "malformed"},
      {"deflated content that is shorter",
       [](ZipFile& zip) { zip.parts[1].local.size = zip.parts[1].central.size = 7; }, "checksum"},
      {"bytes behind deflated content",
       [](ZipFile& zip) {
         zip.parts[1].data += "x";
         zip.parts[1].local.stored = ++zip.parts[1].central.stored;
       },
       "checksum"},
      {"deflated content that is cut",
       [](ZipFile& zip) {
         zip.parts[1].data.pop_back();
         zip.parts[1].local.stored = --zip.parts[1].central.stored;
       },
       "truncated"},
      {"stored content of two sizes", [](ZipFile& zip) { zip.parts[0].local.size = zip.parts[0].central.size = 4; },
       "malformed"},
  });
}

TEST_CASE("what is mapped is verified where that is asked for") {
  ZipFile archive = two_members();
  archive.parts[0].data = "fisrt";
  const TemporaryDirectory directory;
  std::ofstream(directory / "x.zip", std::ios::binary) << bytes_of(archive);
  const Region file = map_file(directory / "x.zip", MapMode::read);
  const auto first = [&](bool verify) {
    const auto reader = open_file(directory / "x.zip");
    const Limits limits;
    const ReadSource source{.reader = *reader,
                            .limits = limits,
                            .native_byte_order = false,
                            .mapped_file = &file,
                            .warn = [](auto) {},
                            .verify = verify};
    internal::WholeSource whole(source);
    const internal::ZipDirectory entries(whole);
    const Region member = internal::member_bytes(whole, *entries.find("a"));
    CHECK(member.mapped());
    CHECK(internal::open_member(whole, *entries.find("a")).source.mapped_file->mapped());
    CHECK(internal::open_member(whole, *entries.find("b")).source.mapped_file == nullptr);
    return std::string(as_text(member.bytes()));
  };
  CHECK(first(false) == "fisrt");
  CHECK_ERROR(first(true), checksum);
}

TEST_CASE("encrypted members, other methods and several disks are not supported") {
  const auto second = [](auto change) {
    return [change](ZipFile& zip) {
      change(zip.parts[1].local);
      change(zip.parts[1].central);
    };
  };
  check({
      {"encrypted", second([](ZipHeader& header) { header.flags = 1; }), "unsupported"},
      {"strongly encrypted", second([](ZipHeader& header) { header.flags = 0x41; }), "unsupported"},
      {"with hidden headers", second([](ZipHeader& header) { header.flags = 0x2000; }), "unsupported"},
      {"patched", second([](ZipHeader& header) { header.flags = 0x20; }), "unsupported"},
      {"method 99", second([](ZipHeader& header) { header.method = 99; }), "unsupported"},
      {"method 9", second([](ZipHeader& header) { header.method = 9; }), "unsupported"},
      {"the second disk", [](ZipFile& zip) { zip.parts[1].disk = 1; }, "unsupported"},
      {"the end on another disk", [](ZipFile& zip) { zip.disk = 1; }, "unsupported"},
      {"two disks",
       [](ZipFile& zip) {
         zip.zip64 = true;
         zip.disks = 2;
       },
       "unsupported"},
  });
}

TEST_CASE("names are keys") {
  for (const std::string name :
       {"../../etc/passwd", "/etc/passwd", "c:\\x", ".", "", "a/", "caf\xc3\xa9", "cafe\xcc\x81"}) {
    INFO(name);
    ZipFile archive{.parts = {zip_part(name, "x")}};
    archive.parts[0].local.flags = archive.parts[0].central.flags = 0x800;
    CHECK(reading_of(bytes_of(archive)) == name + "=x;");
  }
  ZipFile twins{
      .parts = {zip_part("caf\xc3\xa9", "1"), zip_part("cafe\xcc\x81", "2"), zip_part(std::string(65'000, 'n'), "3")}};
  for (ZipPart& part : twins.parts) part.local.flags = part.central.flags = 0x800;
  CHECK(reading_of(bytes_of(twins)) == "caf\xc3\xa9=1;cafe\xcc\x81=2;" + std::string(65'000, 'n') + "=3;");
}

TEST_CASE("an archive may have more members than 16 bits count") {
  ZipFile archive;
  for (int i = 0; i < 70'000; ++i) archive.parts.push_back(zip_part(std::to_string(i), ""));
  archive.zip64 = true;
  archive.entries = 0xffff;
  const std::string bytes = bytes_of(archive);
  const Outcome outcome = read_memory(members(), bytes);
  REQUIRE(outcome.document);
  CHECK(outcome.root().size() == 70'000);
  Limits limits;
  limits.bytes = 1 << 20;
  CHECK(reading_of(bytes, limits) == "limit");
}

TEST_CASE("a file that ends as an archive is known for one") {
  const auto ends = [](const std::string& bytes) {
    const std::string_view tail =
        std::string_view(bytes).substr(bytes.size() - std::min(bytes.size(), internal::zip_tail));
    return internal::ends_as_zip(as_bytes(tail), bytes.size());
  };
  ZipFile archive = two_members();
  CHECK(ends(bytes_of(archive)));
  CHECK(ends("cos\nsystem\n" + bytes_of(archive)));
  archive.comment = std::string(65'535, 'c');
  CHECK(ends("cos\nsystem\n" + bytes_of(archive)));
  archive.zip64 = true;
  archive.directory_size = 0xffffffff;
  CHECK(ends(std::string(100'000, 'p') + bytes_of(archive)));
  CHECK(ends(bytes_of({})));
  CHECK_FALSE(ends(bytes_of(archive) + "."));
  CHECK_FALSE(ends("PK\5\6"));
  CHECK_FALSE(ends(""));
  CHECK_FALSE(ends(std::string(100, 'p')));
}

}  // namespace larder::testing
