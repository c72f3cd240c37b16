// What holds for every format, asked on files that the real tools wrote.
#include <catch2/catch.hpp>

#include "tests/support/errors.h"
#include "transports.h"

namespace larder::testing {
namespace {

template <class Check>
void for_each_golden(Check check) {
  for (const std::string& name : golden_names()) {
    INFO(name);
    check(format_of(name), golden(name));
  }
}

std::string written(const Format& format, Value value) {
  MemoryWriter writer;
  format.write(value, writer, {});
  writer.finish();
  return std::string(as_text(writer.bytes()));
}

TEST_CASE("formats describe themselves and are found by name, extension and content") {
  for (const Format* const format : formats()) {
    INFO(format->info().name);
    CHECK(find_format(format->info().name) == format);
    CHECK(!format->info().description.empty());
    for (const std::string& extension : format->info().extensions)
      CHECK(find_format_by_extension("x" + extension) == format);
  }
  CHECK(find_format("nothing") == nullptr);
  CHECK(find_format_by_extension("x.nothing") == nullptr);
  for_each_golden([](const Format& format, const std::string& bytes) {
    CHECK(format.recognises(as_bytes(bytes)));
    CHECK_FALSE(format.recognises({}));
    for (std::size_t size = 1; size < 16; ++size)
      CHECK(format.recognises(as_bytes(std::string_view(bytes).substr(0, size))));
  });
}

TEST_CASE("every source gives the same value, and the reader stands behind the object") {
  for_each_golden([](const Format& format, const std::string& bytes) {
    const Outcome outcome = read_everywhere(format, bytes);
    REQUIRE(outcome.document);
    CHECK(outcome.position == bytes.size());
    const Outcome more = read_everywhere(format, bytes + "more");
    REQUIRE(more.document);
    CHECK(more.position == bytes.size());
  });
}

TEST_CASE("objects stand one after another") {
  for_each_golden([](const Format& format, const std::string& bytes) {
    const std::string three = bytes + bytes + bytes;
    const auto reader = memory_reader(as_bytes(three));
    const Outcome first = read_object(format, *reader);
    for (std::size_t count = 2; count <= 3; ++count) {
      const Outcome next = read_object(format, *reader);
      REQUIRE(next.document);
      CHECK(equal(first.root(), next.root()));
      CHECK(next.position == count * bytes.size());
    }
    CHECK(kind_of(read_object(format, *reader)) == "truncated");
  });
}

TEST_CASE("what was read is written so that it is read equal") {
  for_each_golden([](const Format& format, const std::string& bytes) {
    const Outcome outcome = read_memory(format, bytes);
    REQUIRE(outcome.document);
    if (!outcome.root().is(ValueKind::array) && format.info().name == "npy") return;  // an array of Python objects
    const Outcome again = read_memory(format, written(format, outcome.root()));
    REQUIRE(again.document);
    CHECK(equal(outcome.root(), again.root()));
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
  for_each_golden([](const Format& format, const std::string& bytes) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      const Outcome outcome = read_memory(format, std::string_view(bytes).substr(0, size));
      INFO(size << " of " << bytes.size() << " bytes: " << outcome.message);
      REQUIRE(kind_of(outcome) == "truncated");
    }
  });
}

TEST_CASE("a cut file is truncated from every source") {
  for_each_golden([](const Format& format, const std::string& bytes) {
    for (std::size_t size = 0; size < bytes.size(); size += 23)
      CHECK(kind_of(read_everywhere(format, std::string_view(bytes).substr(0, size))) == "truncated");
  });
}

TEST_CASE("any flipped bit gives an error or a value, the same from every source") {
  for_each_golden([](const Format& format, const std::string& bytes) {
    Limits limits;
    limits.bytes = 1 << 20;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      for (int bit = 0; bit < 8; ++bit) {
        INFO("byte " << at << " bit " << bit);
        std::string damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
        const Outcome outcome = read_memory(format, damaged, limits);
        CHECK((outcome.document.has_value() != outcome.error.has_value()));
        if (outcome.document) CHECK(equal(outcome.root(), outcome.root()));
        if ((at * 8 + static_cast<std::size_t>(bit)) % 61 == 0) read_everywhere(format, damaged, limits);
      }
    }
  });
}

TEST_CASE("formats refuse to write what they cannot hold") {
  MemoryWriter writer;
  CHECK_ERROR(find_format("npy")->write(Value::integer(1), writer, {}), unsupported);
  CHECK_ERROR(find_format("joblib")->write(Value::integer(1), writer, {.protocol = -2}), usage);
  CHECK_ERROR(find_format("joblib")->write(Value::integer(1), writer, {.protocol = 6}), usage);
  CHECK(writer.bytes().empty());
}

}  // namespace
}  // namespace larder::testing
