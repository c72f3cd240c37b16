// ONNX models that no library writes: each is an Error of a kind, at once, and nothing else is opened.
#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "formats/protobuf/wire.h"
#include "hostile.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"
#include "transports.h"

namespace larder::testing {
namespace {

const Format& onnx() { return *find_format("onnx"); }

// A message, put together field by field.
class Message {
 public:
  Message& number(std::uint32_t field, std::uint64_t value) {
    internal::append_number(bytes_, field, value);
    return *this;
  }
  Message& text(std::uint32_t field, std::string_view content) {
    internal::append_bytes(bytes_, field, content);
    return *this;
  }
  Message& message(std::uint32_t field, const Message& content) { return text(field, content.bytes_); }
  Message& raw(std::string_view bytes) {
    bytes_.append(bytes);
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

constexpr std::uint64_t of_float = 1;
constexpr std::uint64_t of_int64 = 7;
constexpr std::uint64_t of_text = 8;
constexpr std::uint64_t of_int4 = 22;

Message model_of(const Message& graph) {
  return Message().number(1, 8).message(7, graph).message(8, Message().number(2, 15));
}
std::string model_with(const Message& tensor) { return model_of(Message().message(5, tensor)).bytes(); }
Message tensor(std::vector<std::uint64_t> shape, std::uint64_t type = of_float) {
  Message made;
  for (const std::uint64_t size : shape) made.number(1, size);
  return made.number(2, type).text(8, "x");
}

std::string kind_of_reading(const std::string& bytes) {
  Limits limits;
  limits.bytes = 64 << 20;
  const Outcome outcome = read_everywhere(onnx(), bytes, limits);
  INFO(outcome.message);
  return kind_of(outcome);
}
std::string kind_of_tensor(const Message& tensor) { return kind_of_reading(model_with(tensor)); }

TEST_CASE("an ONNX model that is put together here is read") {
  CHECK(kind_of_tensor(tensor({2}).text(9, std::string(8, 'x'))) == "a value");
  CHECK(kind_of_tensor(tensor({2}).raw("\x25").raw("abcd").raw("\x25").raw("efgh")) == "a value");  // not packed
  CHECK(kind_of_tensor(tensor({2}, of_int64).number(7, 1).number(7, ~std::uint64_t{0})) == "a value");
  CHECK(kind_of_tensor(tensor({2}, of_int64).text(7, "\1\2")) == "a value");
  CHECK(kind_of_tensor(Message().text(1, "\2\1").number(2, of_int64).text(7, "\1\2")) == "a value");  // packed shape
  CHECK(kind_of_tensor(tensor({2, 0})) == "a value");
  CHECK(kind_of_tensor(tensor({3}, of_int4).text(9, "\x21\x03")) == "a value");
}

TEST_CASE("messages that protocol buffers cannot have are refused") {
  const std::string eleven = raw("\x08") + std::string(10, '\xff') + "\x01";
  CHECK(kind_of_reading(eleven) == "malformed");
  CHECK(kind_of_reading(raw("\x08") + std::string(9, '\xff') + "\x02") == "malformed");  // 65 bits
  CHECK(kind_of_reading(model_of(Message()).raw("\x1a" + std::string(8, '\xff') + "\x7f").bytes()) == "truncated");
  CHECK(kind_of_reading(model_of(Message()).raw("\x1a" + std::string(9, '\xff') + "\x01").bytes()) == "truncated");
  CHECK(kind_of_reading(model_of(Message()).raw("\x1b\x1c").bytes()) == "unsupported");     // a group
  CHECK(kind_of_reading(model_of(Message()).raw("\x1f").bytes()) == "malformed");           // wire type 7
  CHECK(kind_of_reading(model_of(Message()).raw(raw("\x00\x01")).bytes()) == "malformed");  // field 0
  CHECK(kind_of_reading(model_of(Message().raw("\x0a\x03")).bytes()) == "malformed");       // longer than around it
  CHECK(kind_of_reading(model_of(Message()).number(7, 1).bytes()) == "malformed");          // a number for a graph
  CHECK(kind_of_reading(model_of(Message()).raw("\x09xxxx").bytes()) != "a value");
}

TEST_CASE("what is no whole model is refused") {
  CHECK(kind_of_reading("") != "a value");
  CHECK(kind_of_reading(Message().number(1, 8).bytes()) == "malformed");
  CHECK(kind_of_reading(Message().message(7, Message()).bytes()) == "malformed");
  CHECK(kind_of_reading(Message().number(1, 8).message(7, Message()).bytes()) == "malformed");  // no operators
  CHECK(kind_of_reading(Message().number(1, 2).message(7, Message()).bytes()) == "a value");    // had none
  CHECK(kind_of_reading(model_of(Message()).message(7, Message()).bytes()) == "malformed");     // two graphs
  CHECK(kind_of_reading(model_of(Message().text(2, "\xff")).bytes()) == "malformed");           // no UTF-8
  const Message twice = Message().message(5, tensor({0})).message(5, tensor({0}));
  CHECK(kind_of_reading(model_of(twice).bytes()) == "malformed");
}

TEST_CASE("shapes of ONNX that no tensor has are refused") {
  const std::uint64_t minus_one = ~std::uint64_t{0};
  CHECK(kind_of_tensor(tensor({minus_one}).text(9, "xxxx")) == "malformed");
  CHECK(kind_of_tensor(tensor({std::uint64_t{1} << 62, 4}).text(9, "xxxx")) == "limit");
  CHECK(kind_of_tensor(tensor({std::uint64_t{1} << 62, 4, 0})) == "limit");
  CHECK(kind_of_tensor(tensor({std::uint64_t{1} << 40}).text(9, "xxxx")) == "malformed");
  CHECK(kind_of_tensor(tensor({std::uint64_t{1} << 40}, of_int64).text(7, "xxxx")) == "malformed");
  CHECK(kind_of_tensor(tensor({std::uint64_t{1} << 40}, of_text).text(6, "xxxx")) == "malformed");
  CHECK(kind_of_tensor(tensor(std::vector<std::uint64_t>(65, 1)).text(9, "xxxx")) == "limit");
  CHECK(kind_of_tensor(tensor({1}, 99).text(9, "xxxx")) == "unsupported");
  CHECK(kind_of_tensor(tensor({1}, 0).text(9, "xxxx")) == "unsupported");
}

TEST_CASE("elements of ONNX that do not fit their shape are refused") {
  CHECK(kind_of_tensor(tensor({2}).text(9, "1234567")) == "malformed");
  CHECK(kind_of_tensor(tensor({2}).text(9, "123456789")) == "malformed");
  CHECK(kind_of_tensor(tensor({2})) == "malformed");
  CHECK(kind_of_tensor(tensor({}).text(9, "")) == "malformed");
  CHECK(kind_of_tensor(tensor({3}, of_int4).text(9, "\x21")) == "malformed");
  CHECK(kind_of_tensor(tensor({2}).text(9, "12345678").text(4, "12345678")) == "malformed");  // raw and listed
  CHECK(kind_of_tensor(tensor({2}).text(9, "12345678").text(9, "12345678")) == "malformed");
  CHECK(kind_of_tensor(tensor({2}).text(4, "1234").text(4, "5678")) == "a value");
  CHECK(kind_of_tensor(tensor({2}).text(4, "1234").text(4, "567")) == "malformed");
  CHECK(kind_of_tensor(tensor({2}).text(10, "12345678")) == "malformed");  // of another type
  CHECK(kind_of_tensor(tensor({2}).text(4, "1234").text(7, "1")) == "malformed");
  CHECK(kind_of_tensor(tensor({2}, of_int64).text(7, "\1\2\3")) == "malformed");
  CHECK(kind_of_tensor(tensor({2}, of_int64).text(7, "\1")) == "malformed");
  CHECK(kind_of_tensor(tensor({0}, of_int64).number(7, 1)) == "malformed");
  CHECK(kind_of_tensor(tensor({2}, of_int64).text(7, "\1\x81")) == "malformed");
  CHECK(kind_of_tensor(tensor({2}, of_text).text(6, "a")) == "malformed");
  CHECK(kind_of_tensor(tensor({1}, of_text).text(9, "a")) == "malformed");
  CHECK(kind_of_tensor(tensor({1}).message(3, Message())) == "unsupported");  // a segment
}

TEST_CASE("sparse tensors of ONNX whose parts do not fit are refused") {
  const auto sparse = [](const Message& values, const Message& indices, std::uint64_t size) {
    return kind_of_reading(
        model_of(Message().message(15, Message().message(1, values).message(2, indices).number(3, size))).bytes());
  };
  const Message two = tensor({2}).text(9, "12345678");
  const Message indices = tensor({2}, of_int64).text(7, "\1\2");
  CHECK(sparse(two, indices, 5) == "a value");
  CHECK(sparse(two, tensor({1}, of_int64).text(7, "\1"), 5) == "malformed");
  CHECK(sparse(two, tensor({2, 2}, of_int64).text(7, "\1\2\3\4"), 5) == "malformed");
  CHECK(sparse(two, two, 5) == "malformed");
  CHECK(sparse(two, indices, std::uint64_t{1} << 62) == "limit");
  CHECK(kind_of_reading(model_of(Message().message(15, Message().message(1, two))).bytes()) == "malformed");
}

TEST_CASE("graphs in graphs in graphs are bounded") {
  const auto nested = [](int levels) {
    Message graph;
    for (int i = 0; i < levels; ++i)
      graph = Message().message(1, Message().text(2, "y").message(5, Message().text(1, "g").message(6, graph)));
    return kind_of_reading(model_of(graph).bytes());
  };
  CHECK(nested(50) == "a value");
  CHECK(nested(100) == "limit");
  CHECK(nested(3000) == "limit");
}

TEST_CASE("names of ONNX that are repeated in front of others take no memory beyond the limits") {
  const std::string name(100'000, 'n');
  Message attribute = Message().text(1, "a");
  for (int i = 0; i < 1000; ++i) attribute.message(10, tensor({0}));
  const Message graph = Message().message(1, Message().text(2, name).message(5, attribute));
  CHECK(kind_of_reading(model_of(graph).bytes()) == "limit");
}

TEST_CASE("very many small things in an ONNX model take no time") {
  Message graph;
  for (int i = 0; i < 30'000; ++i) graph.message(1, Message().text(1, "x").text(2, "y"));
  CHECK(kind_of(read_memory(onnx(), model_of(graph).bytes())) == "a value");
}

Message external(std::string_view location, std::string_view offset = "", std::string_view size = "") {
  Message made = tensor({2});
  const auto add = [&](std::string_view key, std::string_view value) {
    if (!value.empty()) made.message(13, Message().text(1, key).text(2, value));
  };
  add("location", location);
  add("offset", offset);
  add("length", size);
  return made.number(14, 1);
}

TEST_CASE("external data of ONNX lies beside the model, in a plain file with one name") {
  const TemporaryDirectory directory;
  std::filesystem::create_directories(directory / "model/junk");
  const auto put = [&](const std::string& name, std::string_view content) {
    std::ofstream(directory / name, std::ios::binary) << content;
  };
  const auto kind = [&](const Message& tensor) {
    const std::string bytes = model_with(tensor);
    put("model/x.onnx", bytes);
    const Path path = directory / "model/x.onnx";
    const Outcome outcome = read_object(onnx(), *open_file(path), {.file = path});
    const Outcome mapped = read_object(onnx(), *open_file(path), {.file = path, .map_mode = MapMode::read});
    CHECK(kind_of(outcome) == kind_of(mapped));
    INFO(outcome.message);
    return kind_of(outcome);
  };
  put("secret", "12345678");
  put("model/data", "12345678");
  put("model/junk/data", "12345678");
  std::filesystem::create_symlink("../secret", directory / "model/link");
  std::filesystem::create_hard_link(directory / "secret", directory / "model/hard");
  std::filesystem::create_directory_symlink("..", directory / "model/up");
  REQUIRE(::mkfifo((directory / "model/fifo").c_str(), 0600) == 0);

  CHECK(kind(external("data")) == "a value");
  for (const std::string& name :
       {std::string("../secret"), std::string("junk/../../secret"), std::string("junk/data"), std::string("up/secret"),
        (directory / "secret").string(), std::string("#/../../secret"), std::string("link"), std::string("hard"),
        std::string("fifo"), std::string("junk"), std::string("."), std::string(".."), std::string("x.onnx"),
        std::string("./data"), std::string("..\\secret"), std::string("data\0x", 6)}) {
    INFO(name);
    CHECK(kind(external(name)) == "unsafe_reference");
  }
  CHECK(kind(external("missing")) == "not_found");
  CHECK(kind(external("")) == "malformed");
}

TEST_CASE("places of external data of ONNX are inside the file") {
  const TemporaryDirectory directory;
  std::ofstream(directory / "data", std::ios::binary) << std::string(100, 'x');
  const auto kind = [&](std::string_view offset, std::string_view size) {
    const std::string bytes = model_with(external("data", offset, size));
    const Outcome outcome = read_memory(onnx(), bytes, Reading{.file = directory / "x.onnx"});
    INFO(outcome.message);
    return kind_of(outcome);
  };
  CHECK(kind("0", "8") == "a value");
  CHECK(kind("92", "8") == "a value");
  CHECK(kind("92", "") == "a value");
  CHECK(kind("93", "8") == "malformed");
  CHECK(kind("93", "") == "malformed");
  CHECK(kind("0", "") == "malformed");  // all of the file is not what the shape says
  CHECK(kind("18446744073709551615", "8") == "malformed");
  CHECK(kind("18446744073709551616", "8") == "malformed");
  CHECK(kind("9223372036854775807", "8") == "malformed");
  CHECK(kind("0", "7") == "malformed");
  CHECK(kind("0", "100") == "malformed");
  CHECK(kind("-1", "8") == "malformed");
  CHECK(kind("0x1", "8") == "malformed");
  CHECK(kind(" 1", "8") == "malformed");
}

TEST_CASE("external data of ONNX is for tensors that have no other") {
  CHECK(kind_of_tensor(external("data").text(9, "12345678")) == "malformed");
  CHECK(kind_of_tensor(tensor({2}).message(13, Message().text(1, "location").text(2, "data"))) == "malformed");
  CHECK(kind_of_tensor(tensor({2}).number(14, 1)) == "malformed");
  CHECK(kind_of_tensor(external("data")) == "unsupported");  // not loaded by path
}

TEST_CASE("what looks like an ONNX model is one") {
  const auto recognised = [](std::string_view head) { return onnx().recognises(as_bytes(head)); };
  CHECK(recognised(model_of(Message()).bytes()));
  CHECK_FALSE(recognised(Message().number(1, 8).text(2, "x").bytes()));
  CHECK_FALSE(recognised(Message().number(1, 8).text(13, "x").message(7, Message()).bytes()));
  CHECK_FALSE(recognised(Message().number(1, 0).message(7, Message()).bytes()));
  CHECK_FALSE(recognised("\x08"));
  CHECK_FALSE(recognised(std::string(4096, '\x08')));
  CHECK(
      recognised(Message().number(1, 8).message(7, Message().text(2, std::string(9000, 'x'))).bytes().substr(0, 4096)));
}

}  // namespace
}  // namespace larder::testing
