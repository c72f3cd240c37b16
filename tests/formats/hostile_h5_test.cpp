// HDF5 files that no library writes: each is an Error of a kind, at once, and nothing else is opened.
#include <catch2/catch.hpp>

#include <functional>

#include "formats/hdf5/encoding.h"
#include "hostile.h"
#include "transports.h"

namespace larder::testing {
namespace {

using internal::hdf5_nowhere;
using internal::hdf5_space_message;
using internal::hdf5_text_message;
using internal::hdf5_type_message;
using Encoder = internal::Hdf5Encoder;

const Format& h5() { return *find_format("h5"); }

enum Type : std::uint8_t {
  dataspace = 1,
  link_info = 2,
  datatype = 3,
  fill_value = 5,
  hard_link = 6,
  external_files = 7,
  layout = 8,
  filters = 11,
  attribute = 12,
  continuation = 16,
  symbol_table = 17,
};

struct Message {
  Type type;
  std::string content;
};

// A file that is put together from front to back, with a superblock of version 0.
class File {
 public:
  File() { out_.zeros(96); }

  std::uint64_t next() {
    out_.align(8);
    return out_.size();
  }
  std::uint64_t bytes(std::string_view content) {
    const std::uint64_t at = next();
    out_.text(content);
    return at;
  }
  // An object header of version 1; its address.
  std::uint64_t object(const std::vector<Message>& messages) {
    Encoder body;
    for (const Message& message : messages) {
      const std::size_t size = (message.content.size() + 7) / 8 * 8;
      body.u16(message.type).u16(size).zeros(4).text(message.content).zeros(size - message.content.size());
    }
    const std::uint64_t at = next();
    out_.u8(1).u8(0).u16(messages.size()).u32(1).u32(body.size()).zeros(4).text(body.bytes());
    return at;
  }
  std::string finish(std::uint64_t root) {
    Encoder head;
    head.text("\x89HDF\r\n\x1a\n").zeros(5).u8(8).u8(8).u8(0).u16(4).u16(16).u32(0);
    head.u64(0).u64(hdf5_nowhere).u64(out_.size()).u64(hdf5_nowhere).u64(0).u64(root).zeros(24);
    return head.bytes() + out_.bytes().substr(96);
  }

 private:
  Encoder out_;
};

Message link_to(std::string_view name, std::uint64_t address) {
  return {hard_link, Encoder().u8(1).u8(0).u8(name.size()).text(name).u64(address).bytes()};
}
Message soft_link_to(std::string_view name, std::string_view target) {
  return {hard_link, Encoder().u8(1).u8(8).u8(1).u8(name.size()).text(name).u16(target.size()).text(target).bytes()};
}
Message contiguous(std::uint64_t address, std::uint64_t size) {
  return {layout, Encoder().u8(3).u8(1).u64(address).u64(size).bytes()};
}
Message chunked(std::uint64_t tree, const std::vector<std::uint64_t>& shape, std::uint64_t element) {
  Encoder out;
  out.u8(3).u8(2).u8(shape.size() + 1).u64(tree);
  for (const std::uint64_t size : shape) out.u32(size);
  return {layout, out.u32(element).bytes()};
}
Message shaped(Shape shape) { return {dataspace, hdf5_space_message({.shape = std::move(shape)})}; }
Message of_doubles() { return {datatype, hdf5_type_message(DType())}; }
Message of_type(std::string content) { return {datatype, std::move(content)}; }

// A node of a dataset's tree with one chunk at index 0 of a dataset of one axis.
std::string chunk_tree(std::uint64_t address, std::uint64_t size) {
  Encoder out;
  out.text("TREE").u8(1).u8(0).u16(1).u64(hdf5_nowhere).u64(hdf5_nowhere);
  return out.u32(size).u32(0).u64(0).u64(0).u64(address).bytes();
}

// A file whose root has one member "x".
std::string with_member(const std::function<std::uint64_t(File&)>& make) {
  File file;
  const std::uint64_t member = make(file);
  return file.finish(file.object({link_to("x", member)}));
}
std::string with_dataset(const std::vector<Message>& messages) {
  return with_member([&](File& file) { return file.object(messages); });
}
std::string with_dtype(std::string content) {
  return with_dataset({shaped({2}), of_type(std::move(content)), contiguous(96, 8)});
}

std::string kind_of_reading(const std::string& bytes) {
  Limits limits;
  limits.bytes = 64 << 20;
  const Outcome outcome = read_everywhere(h5(), bytes, limits);
  INFO(outcome.message);
  return kind_of(outcome);
}

TEST_CASE("an HDF5 file that is put together here is read") {
  File file;
  const std::uint64_t data = file.bytes(std::string(16, '\0'));
  const std::uint64_t dataset = file.object({shaped({2}), of_doubles(), contiguous(data, 16)});
  const std::string bytes = file.finish(file.object({link_to("x", dataset), soft_link_to("y", "/x")}));
  const Outcome outcome = read_memory(h5(), bytes);
  REQUIRE(outcome.document);
  CHECK(outcome.root().find("x")->as_array().shape() == Shape{2});
  CHECK(outcome.root().find("y")->same_as(*outcome.root().find("x")));
}

TEST_CASE("structures of HDF5 in circles are malformed, or lead nowhere") {
  File itself;
  const std::uint64_t root = itself.next();
  CHECK(kind_of_reading(itself.finish(itself.object({link_to("x", root)}))) == "malformed");

  File pair;
  const std::uint64_t a = pair.next();
  pair.object({link_to("b", a + 40)});
  REQUIRE(pair.next() == a + 40);
  pair.object({link_to("a", a)});
  CHECK(kind_of_reading(pair.finish(a)) == "malformed");

  File header;
  const std::uint64_t at = header.next();
  CHECK(kind_of_reading(header.finish(header.object({{continuation, Encoder().u64(at + 16).u64(24).bytes()}}))) ==
        "malformed");

  File tree;
  const std::uint64_t heap = tree.next();
  tree.bytes(Encoder().text("HEAP").zeros(4).u64(8).u64(1).u64(heap + 32).zeros(8).bytes());
  const std::uint64_t node = tree.next();
  tree.bytes(
      Encoder().text("TREE").u8(0).u8(1).u16(1).u64(hdf5_nowhere).u64(hdf5_nowhere).u64(0).u64(node).u64(0).bytes());
  CHECK(kind_of_reading(tree.finish(tree.object({{symbol_table, Encoder().u64(node).u64(heap).bytes()}}))) ==
        "malformed");

  File soft;
  const std::string links = soft.finish(soft.object({soft_link_to("a", "b"), soft_link_to("b", "/a")}));
  const Outcome outcome = read_memory(h5(), links);
  REQUIRE(outcome.document);
  CHECK(outcome.root().find("a")->is_none());
}

TEST_CASE("an HDF5 header of very many messages is malformed") {
  Encoder body;
  for (int i = 0; i < 70'000; ++i) body.u16(0).u16(0).zeros(4);
  File file;
  const std::uint64_t at = file.bytes(Encoder().u8(1).zeros(7).u32(body.size()).zeros(4).text(body.bytes()).bytes());
  CHECK(kind_of(read_memory(h5(), file.finish(at))) == "malformed");
}

TEST_CASE("an HDF5 file names no other file") {
  const std::string external = Encoder().u8(1).u8(8).u8(64).u8(1).text("x").u16(9).text("\0/etc/a\0").bytes();
  File link;
  CHECK(kind_of_reading(link.finish(link.object({{hard_link, external}}))) == "unsafe_reference");
  CHECK(kind_of_reading(with_dataset(
            {shaped({2}), of_doubles(), {external_files, std::string(24, '\0')}, contiguous(hdf5_nowhere, 16)})) ==
        "unsafe_reference");
  CHECK(kind_of_reading(
            with_dataset({shaped({2}), of_doubles(), {layout, Encoder().u8(4).u8(3).u64(96).u32(1).bytes()}})) ==
        "unsafe_reference");
}

TEST_CASE("sizes that an HDF5 file claims cost nothing") {
  const std::uint64_t large = std::uint64_t{1} << 40;
  CHECK(kind_of_reading(with_dataset({shaped({large}), of_doubles(), chunked(hdf5_nowhere, {1000}, 8)})) == "limit");
  CHECK(kind_of_reading(with_dataset({shaped({large}), of_doubles(), contiguous(hdf5_nowhere, 8 * large)})) == "limit");
  CHECK(kind_of_reading(with_dataset({shaped({large}), of_doubles(), contiguous(96, 8 * large)})) == "malformed");
  CHECK(kind_of_reading(with_dataset({shaped({large, large}), of_doubles(), contiguous(96, 16)})) == "limit");
  const std::uint64_t most = 0xffff'ffff;
  CHECK(kind_of_reading(with_dataset(
            {shaped({1, 1, 1}), of_doubles(), chunked(hdf5_nowhere, {most, most, most}, 8)})) == "malformed");
  CHECK(kind_of_reading(with_dataset({shaped({2}), of_doubles(), contiguous(96, 8)})) == "malformed");
  CHECK(kind_of_reading(with_dataset(
            {shaped({2}), of_doubles(), {layout, Encoder().u8(3).u8(0).u16(8).zeros(8).bytes()}})) == "malformed");
}

TEST_CASE("chunks of HDF5 that lie are refused") {
  const auto with_chunk = [](std::uint64_t chunk, std::uint64_t size, const std::vector<Message>& more) {
    return with_member([&](File& file) {
      file.bytes(std::string(32, 'x'));  // at 96
      const std::uint64_t tree = file.bytes(chunk_tree(chunk, size));
      std::vector<Message> messages = {shaped({4}), of_doubles(), chunked(tree, {4}, 8)};
      messages.insert(messages.end(), more.begin(), more.end());
      return file.object(messages);
    });
  };
  CHECK(kind_of_reading(with_chunk(96, 32, {})) == "a value");
  CHECK(kind_of_reading(with_chunk(1 << 20, 32, {})) == "malformed");
  CHECK(kind_of_reading(with_chunk(96, 31, {})) == "malformed");
  CHECK(kind_of_reading(with_chunk(96, 0xffff'ffff, {})) == "malformed");
  const auto filtered = [](std::uint64_t id, int times) {
    Encoder out;
    out.u8(1).u8(static_cast<std::uint64_t>(times)).zeros(6);
    for (int i = 0; i < times; ++i) out.u16(id).u16(0).u16(0).u16(1).u32(6).zeros(4);
    return Message{filters, out.bytes()};
  };
  CHECK(kind_of_reading(with_chunk(96, 32, {filtered(1, 1)})) == "malformed");  // no stream of deflate
  CHECK(kind_of_reading(with_chunk(96, 32, {filtered(3, 1)})) == "checksum");
  CHECK(kind_of_reading(with_chunk(96, 32, {filtered(4, 1)})) == "unsupported");  // szip
  CHECK(kind_of_reading(with_chunk(96, 32, {filtered(32'000, 1)})) == "unsupported");
  CHECK(kind_of_reading(with_chunk(96, 32, {filtered(1, 33)})) == "malformed");
  CHECK(kind_of_reading(with_chunk(96, 32, {filtered(2, 32)})) == "a value");  // shuffled 32 times
}

TEST_CASE("datatypes that HDF5 cannot have are refused") {
  CHECK(kind_of_reading(with_dtype(hdf5_type_message(DType::of<float>()))) == "a value");
  const auto head = [](int type_class, std::uint64_t bits, std::uint64_t size) {
    return Encoder().u8(static_cast<std::uint64_t>(0x10 | type_class)).u16(bits).u8(0).u32(size);
  };
  CHECK(kind_of_reading(with_dtype(head(0, 0, 4).u16(0).u16(12).bytes())) == "unsupported");  // 12 bits
  CHECK(kind_of_reading(with_dtype(head(0, 0, 3).u16(0).u16(24).bytes())) == "unsupported");
  CHECK(kind_of_reading(with_dtype(head(1, 0, 4).zeros(12).bytes())) == "unsupported");
  CHECK(kind_of_reading(with_dtype(head(7, 0, 8).bytes())) == "unsupported");  // references
  CHECK(kind_of_reading(with_dtype(head(9, 0, 16).text(hdf5_type_message(DType())).bytes())) == "unsupported");
  CHECK(kind_of_reading(with_dtype(head(12, 0, 8).bytes())) == "malformed");
  CHECK(kind_of_reading(with_dtype(head(3, 0, 0xffff'ffff).bytes())) == "limit");
  CHECK(kind_of_reading(with_dtype(head(6, 2, 8).text("a").bytes())) == "malformed");  // two members, none there
  // A member that reaches behind its compound.
  CHECK(kind_of_reading(with_dtype(head(6, 1, 4)
                                       .text("a")
                                       .zeros(7)
                                       .u32(2)
                                       .zeros(28)
                                       .text(hdf5_type_message(DType::of<std::int32_t>()))
                                       .bytes())) == "malformed");
  std::string deep = hdf5_type_message(DType::of<std::int8_t>());
  for (int level = 0; level < 100; ++level)
    deep = head(10, 0, 1).bytes() + std::string("\1\0\0\0\1\0\0\0\0\0\0\0", 12) + deep;
  deep[0] = '\x2a';
  CHECK(kind_of_reading(with_dtype(deep)) == "unsupported");
  CHECK(kind_of_reading(with_dataset(
            {{dataspace, Encoder().u8(1).u8(33).zeros(300).bytes()}, of_doubles(), contiguous(96, 8)})) == "malformed");
}

TEST_CASE("texts of HDF5 that refer to no text are malformed") {
  const auto with_text = [](std::uint64_t size, std::uint64_t heap, std::uint64_t index) {
    File file;
    const std::uint64_t collection = file.bytes(Encoder()
                                                    .text("GCOL")
                                                    .u8(1)
                                                    .zeros(3)
                                                    .u64(4096)
                                                    .u16(1)
                                                    .u16(1)
                                                    .zeros(4)
                                                    .u64(5)
                                                    .text("flour")
                                                    .zeros(4096)
                                                    .bytes());
    const std::uint64_t text = file.bytes(Encoder().u32(size).u64(heap == 0 ? collection : heap).u32(index).bytes());
    const std::uint64_t dataset = file.object({shaped({}), of_type(hdf5_text_message()), contiguous(text, 16)});
    return file.finish(file.object({link_to("x", dataset)}));
  };
  CHECK(kind_of_reading(with_text(5, 0, 1)) == "a value");
  CHECK(kind_of_reading(with_text(6, 0, 1)) == "malformed");
  CHECK(kind_of_reading(with_text(5, 0, 2)) == "malformed");
  CHECK(kind_of_reading(with_text(5, 100, 1)) == "malformed");
  CHECK(kind_of_reading(with_text(5, hdf5_nowhere - 3, 1)) == "malformed");
}

TEST_CASE("names in an HDF5 file are names") {
  const auto with_names = [](std::string_view one, std::string_view other) {
    File file;
    const std::uint64_t data = file.object({shaped({}), of_doubles(), contiguous(96, 8)});
    return file.finish(file.object({link_to(one, data), link_to(other, data)}));
  };
  CHECK(kind_of_reading(with_names("a", "b")) == "a value");
  CHECK(kind_of_reading(with_names("a", "a")) == "malformed");
  CHECK(kind_of_reading(with_names("a", "")) == "malformed");
  CHECK(kind_of_reading(with_names("a", "../b")) == "malformed");
  CHECK(kind_of_reading(with_names("a", "\xff")) == "malformed");
  CHECK(kind_of_reading(with_names("a", "@attributes")) == "unsupported");
}

TEST_CASE("groups in groups in groups are bounded by Limits::depth") {
  File file;
  std::uint64_t below = file.object({shaped({}), of_doubles(), contiguous(96, 8)});
  for (int level = 0; level < 20'000; ++level) below = file.object({link_to("x", below)});
  CHECK(kind_of(read_memory(h5(), file.finish(below))) == "limit");
}

TEST_CASE("the checksum of a newer superblock is verified") {
  std::string bytes = golden("h5/latest.h5");
  bytes[20] = static_cast<char>(bytes[20] ^ 1);
  CHECK(kind_of(read_memory(h5(), bytes)) == "checksum");
}

}  // namespace
}  // namespace larder::testing
