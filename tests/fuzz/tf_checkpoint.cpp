// Reads any bytes as the entries of a TensorFlow checkpoint's index, whose checksums are made right, and as its shard.
#include <algorithm>
#include <string>

#include <larder/plugin/format.h>

#include "formats/tensorflow/crc32c.h"
#include "fuzzing.h"

using namespace larder;
using namespace larder::testing;

namespace {

void append_number(std::string& out, std::uint64_t number, int size) {
  for (int i = 0; i < size; ++i) out.push_back(static_cast<char>(number >> 8 * i & 0xff));
}

void append_varint(std::string& out, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) out.push_back(static_cast<char>(number | 0x80));
  out.push_back(static_cast<char>(number));
}

// A block and its trailer; where it begins and how long it is, as varints.
std::string append_block(std::string& out, std::string_view content, char compression) {
  std::string handle;
  append_varint(handle, out.size());
  append_varint(handle, content.size());
  const std::string covered = std::string(content) + compression;
  out += covered;
  append_number(out, internal::masked_crc32c(internal::crc32c(as_bytes(covered))), 4);
  return handle;
}

// An index with one block of entries. The first byte of the input says how it is compressed.
std::string index_of(std::string_view input) {
  const char compression = input.empty() ? '\0' : static_cast<char>(input.front() & 1);
  std::string block(input.substr(std::min<std::size_t>(input.size(), 1)));
  if (compression == 0) append_number(block, 0, 4);  // no restarts
  std::string out;
  const std::string entries = append_block(out, block, compression);
  const std::string nothing = append_block(out, std::string(4, '\0'), 0);
  std::string places;
  append_varint(places, 0);
  append_varint(places, 0);
  append_varint(places, entries.size());
  places += entries;
  append_number(places, 0, 4);
  std::string footer = nothing + append_block(out, places, 0);
  footer.resize(40, '\0');
  return out + footer + "\x57\xfb\x80\x8b\x24\x75\x47\xdb";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const Bytes input = as_input(data, size);
  const std::string index = index_of(as_text(input));
  const Limits limits = small_limits();
  const auto reader = memory_reader(as_bytes(index));
  Document document(limits);
  static_cast<void>(kind_of_failure([&] {
    find_format("tf-checkpoint")
        ->read({.reader = *reader,
                .limits = limits,
                .native_byte_order = true,
                .mapped_file = nullptr,
                .warn = [](std::string_view) {},
                .open_sibling = [&](std::string_view) { return memory_reader(input); },
                .name = "x.index"},
               document);
  }));
  return 0;
}
