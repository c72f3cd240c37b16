// What holds for every format, asked on files that the real tools wrote.
#include <catch2/catch.hpp>

#include <fstream>

#include <larder/codec.h>

#include "tests/support/errors.h"
#include "tests/support/temporary.h"
#include "transports.h"

namespace larder::testing {
namespace {

// Places of a file that are tried where all would be too many.
constexpr std::size_t most_places = 4096;

template <class Check>
void for_each_golden(Check check) {
  for (const std::string& name : golden_names()) {
    INFO(name);
    check(format_of(name), golden(name), Reading{.file = golden_path(name)});
  }
}

bool is_delimited(const Format& format) { return format.info().extent == Extent::delimited; }
bool has_magic(const Format& format) { return format.info().signature == Signature::magic; }

TEST_CASE("there are files of every kind") {
  std::vector<std::string> folders;
  for (const std::string& name : golden_names()) folders.push_back(format_of(name).info().name);
  for (const char* const format :
       {"npy", "npz", "safetensors", "joblib", "pickle", "torch", "torchscript", "torch-legacy", "torch-tar"})
    CHECK(std::ranges::count(folders, format) > 0);
}

TEST_CASE("formats describe themselves and are found by name, extension and content") {
  for (const Format* const format : formats()) {
    INFO(format->info().name);
    CHECK(find_format(format->info().name) == format);
    CHECK(!format->info().description.empty());
    CHECK(!format->info().family.empty());
    for (const std::string& extension : format->info().extensions)
      CHECK(find_format_by_extension("x" + extension) == format);
  }
  CHECK(find_format("nothing") == nullptr);
  CHECK(find_format_by_extension("x.nothing") == nullptr);
  CHECK(find_format_by_extension("x.tar.json")->info().name == "json");
}

TEST_CASE("files are recognised by their own format, and by no other family with a magic") {
  for_each_golden([](const Format& format, const std::string& bytes, const Reading&) {
    const Bytes head = as_bytes(std::string_view(bytes).substr(0, 4096));
    if (format.info().signature == Signature::none) return;
    CHECK(format.recognises(head));
    CHECK_FALSE(format.recognises({}));
    for (std::size_t size = 1; size < 16 && format.info().extent == Extent::delimited; ++size)
      CHECK(format.recognises(head.first(size)));
    for (const Format* const other : formats()) {
      INFO(other->info().name);
      if (has_magic(*other) && other->info().family != format.info().family) CHECK_FALSE(other->recognises(head));
    }
    if (!has_magic(format))
      CHECK(CodecRegistry::global().detect(head.first(std::min<std::size_t>(head.size(), 16))) == nullptr);
  });
}

TEST_CASE("every source gives the same value, and the reader stands behind the object") {
  for_each_golden([](const Format& format, const std::string& bytes, const Reading& reading) {
    const Outcome outcome = read_everywhere(format, bytes, reading);
    INFO(outcome.message);
    REQUIRE(outcome.document);
    CHECK(outcome.position == bytes.size());
    const Outcome more = read_everywhere(format, bytes + "more", reading);
    if (is_delimited(format)) REQUIRE(more.document);
    if (is_delimited(format) || more.document) CHECK(more.position == bytes.size() + (is_delimited(format) ? 0 : 4));
  });
}

TEST_CASE("a part of a source is a source") {
  for_each_golden([](const Format& format, const std::string& bytes, const Reading& reading) {
    const std::string around = "something in front" + bytes + "and behind";
    const auto below = memory_reader(as_bytes(around));
    const auto slice = slice_reader(*below, 18, bytes.size());
    const Outcome outcome = read_object(format, *slice, reading);
    REQUIRE(outcome.document);
    CHECK(outcome.position == bytes.size());
    CHECK(equal(outcome.root(), read_memory(format, bytes, reading).root()));
  });
}

TEST_CASE("what is read does not depend on where the object begins") {
  for_each_golden([](const Format& format, const std::string& bytes, const Reading& reading) {
    const TemporaryDirectory directory;
    std::ofstream(directory / "file", std::ios::binary) << "in front" << bytes;
    Reading here = reading;
    here.native_byte_order = false;  // as mapped arrays are
    const Outcome wanted = read_memory(format, bytes, here);
    for (const MapMode mode : {MapMode::none, MapMode::read}) {
      here.map_mode = mode;
      const auto file = open_file(directory / "file");
      file->skip(8, "what is in front");
      const Outcome outcome = read_object(format, *file, here);
      INFO(outcome.message);
      REQUIRE(outcome.document);
      CHECK(outcome.position == 8 + bytes.size());
      CHECK(equal(outcome.root(), wanted.root()));
    }
  });
}

TEST_CASE("every codec gives back what a format wrote, from every source") {
  for_each_golden([](const Format& format, const std::string& bytes, const Reading& reading) {
    const Outcome wanted = read_memory(format, bytes, reading);
    for (const Codec* const codec : CodecRegistry::global().list()) {
      if (!codec->info().built) continue;
      INFO(codec->info().name);
      const Region compressed = codec->compress(as_bytes(bytes));
      Reading inside = reading;
      inside.codec = codec;
      const Outcome outcome = read_everywhere(format, as_text(compressed.bytes()), inside);
      INFO(outcome.message);
      REQUIRE(outcome.document);
      CHECK(equal(outcome.root(), wanted.root()));
      CHECK(outcome.position == bytes.size());
    }
  });
}

TEST_CASE("what is mapped is what is read") {
  for_each_golden([](const Format& format, const std::string& bytes, const Reading& reading) {
    Reading mapped = reading;
    mapped.native_byte_order = false;
    const Outcome wanted = read_memory(format, bytes, mapped);
    for (const MapMode mode : {MapMode::read, MapMode::copy_on_write, MapMode::read_write}) {
      // Files beside a golden file are not opened for writing.
      mapped.map_mode =
          mode == MapMode::read_write && reading.file.parent_path().filename() != "data" ? MapMode::read : mode;
      const Outcome outcome = read_mapped(format, bytes, mapped);
      INFO(outcome.message);
      REQUIRE(outcome.document);
      CHECK(equal(outcome.root(), wanted.root()));
    }
  });
}

TEST_CASE("objects stand one after another") {
  for_each_golden([](const Format& format, const std::string& bytes, const Reading& reading) {
    if (!is_delimited(format)) return;
    const std::string three = bytes + bytes + bytes;
    const auto reader = memory_reader(as_bytes(three));
    const Outcome first = read_object(format, *reader, reading);
    for (std::size_t count = 2; count <= 3; ++count) {
      const Outcome next = read_object(format, *reader, reading);
      REQUIRE(next.document);
      CHECK(equal(first.root(), next.root()));
      CHECK(next.position == count * bytes.size());
    }
    CHECK(kind_of(read_object(format, *reader, reading)) == "truncated");
  });
}

TEST_CASE("what was read is written so that it is read equal") {
  for_each_golden([](const Format& format, const std::string& bytes, const Reading& reading) {
    if (!format.info().writes) return;
    const Outcome outcome = read_memory(format, bytes, reading);
    REQUIRE(outcome.document);
    if (!outcome.root().is(ValueKind::array) && format.info().name == "npy") return;  // an array of Python objects
    std::string again;
    try {
      again = written(format, outcome.root());
    } catch (const Error& error) {
      // What lies in several files is written to several.
      INFO(error.what());
      REQUIRE(error.kind() == ErrorKind::unsupported);
      return;
    }
    const Outcome reread = read_memory(format, again, reading);
    INFO(reread.message);
    REQUIRE(reread.document);
    CHECK(equal(outcome.root(), reread.root()));
    CHECK(written(format, reread.root()) == again);
  });
}

TEST_CASE("golden files of the written protocol come back byte for byte") {
  for (const char* const name : {"protocol4.joblib", "shared_names.joblib", "numbers.npy", "structure.npy"}) {
    INFO(name);
    const Outcome outcome = read_memory(format_of(name), golden(name));
    REQUIRE(outcome.document);
    CHECK(written(format_of(name), outcome.root()) == golden(name));
  }
}

TEST_CASE("a copy of a document is written byte for byte as the document") {
  for (const char* const name : {"protocol4.joblib", "shared_names.joblib"}) {
    INFO(name);
    const Outcome outcome = read_memory(format_of(name), golden(name));
    REQUIRE(outcome.document);
    Document copy;
    CHECK(written(format_of(name), copy.copy(outcome.root())) == golden(name));
  }
}

TEST_CASE("a file that is cut at any byte is truncated") {
  for_each_golden([](const Format& format, const std::string& bytes, const Reading& reading) {
    const bool takes_any = format.info().signature == Signature::none;
    const Outcome whole = read_memory(format, bytes, reading);
    const std::size_t step = bytes.size() <= most_places ? 1 : bytes.size() / 200;
    for (std::size_t size = 0; size < bytes.size() && !takes_any; size += step) {
      const Outcome outcome = read_memory(format, std::string_view(bytes).substr(0, size), reading);
      INFO(size << " of " << bytes.size() << " bytes: " << outcome.message);
      // Nothing that counts is behind the end that some archives have before their last bytes.
      if (!is_delimited(format) && outcome.document)
        CHECK(equal(outcome.root(), whole.root()));
      else
        REQUIRE(outcome.error);
      if (is_delimited(format)) REQUIRE(kind_of(outcome) == "truncated");
    }
  });
}

TEST_CASE("a cut file is the same error from every source") {
  for_each_golden([](const Format& format, const std::string& bytes, const Reading& reading) {
    const std::size_t step = 23 + bytes.size() / 50;
    for (std::size_t size = 0; size < bytes.size(); size += step)
      read_everywhere(format, std::string_view(bytes).substr(0, size), reading);
  });
}

TEST_CASE("any flipped bit gives an error or a value, the same from every source") {
  for_each_golden([](const Format& format, const std::string& bytes, const Reading& reading) {
    Reading limited = reading;
    limited.limits.bytes = 1 << 20;
    const std::size_t step = 1 + bytes.size() * 8 / (is_delimited(format) ? most_places : most_places / 8);
    for (std::size_t bit = 0; bit < bytes.size() * 8; bit += step) {
      INFO("byte " << bit / 8 << " bit " << bit % 8);
      std::string damaged = bytes;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
      const Outcome outcome = read_memory(format, damaged, limited);
      CHECK((outcome.document.has_value() != outcome.error.has_value()));
      if (outcome.document) CHECK(equal(outcome.root(), outcome.root()));
      if (bit / step % 61 == 0) read_everywhere(format, damaged, limited);
    }
  });
}

TEST_CASE("what needs more than the limits is refused") {
  for_each_golden([](const Format& format, const std::string& bytes, const Reading& reading) {
    Reading limited = reading;
    limited.limits.bytes = 4;
    CHECK(kind_of(read_everywhere(format, bytes, limited)) == "limit");
  });
}

TEST_CASE("formats refuse to write what they cannot hold") {
  MemoryWriter writer;
  CHECK_ERROR(find_format("npy")->write(Value::integer(1), writer, {}), unsupported);
  CHECK_ERROR(find_format("bytes")->write(Value::integer(1), writer, {}), unsupported);
  CHECK_ERROR(find_format("joblib")->write(Value::integer(1), writer, {.protocol = -2}), usage);
  CHECK_ERROR(find_format("joblib")->write(Value::integer(1), writer, {.protocol = 6}), usage);
  CHECK(writer.bytes().empty());
}

}  // namespace
}  // namespace larder::testing
