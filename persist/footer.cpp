#include "persist/footer.h"

#include <algorithm>
#include <cstring>

#include "base/byte_order.h"
#include "base/checked.h"
#include "base/checksum.h"
#include "base/text.h"

namespace larder::internal {

namespace {

// To a pickle loader the footer is a bytes object that is dropped again, so that it can stand between pickles.
constexpr std::byte binbytes8{0x8e};
constexpr std::byte pop{'0'};
constexpr std::string_view mark = "\xabLARDER\n";
constexpr std::uint32_t version = 1;

constexpr std::size_t mark_at = 9;
constexpr std::size_t head_size = 37;
constexpr std::size_t tail_size = 17;
constexpr std::string_view what = "the metadata";

struct Head {
  std::uint64_t total;  // bytes of the whole footer
  std::uint64_t json_size;
  std::uint64_t checksum;
};

template <std::integral T>
void append_number(std::string& out, T number) {
  std::byte bytes[sizeof number];
  store_le(bytes, number);
  out.append(as_text(bytes));
}

// Whether `head` is how a footer starts, as far as it goes.
bool looks_like_footer(Bytes head) {
  if (head.empty() || head[0] != binbytes8) return false;
  const std::string_view marked = as_text(head).substr(std::min(head.size(), mark_at));
  return mark.starts_with(marked.substr(0, mark.size()));
}

Head take_head(Reader& reader) {
  std::byte bytes[head_size];
  reader.read_exactly(bytes, what);
  if (const auto found = load_le<std::uint32_t>(bytes + 17); found != version)
    fail(ErrorKind::unsupported, "the metadata is of version ", found, "; larder reads version ", version);
  const Head head{load_le<std::uint64_t>(bytes + 1) + mark_at + 1, load_le<std::uint64_t>(bytes + 21),
                  load_le<std::uint64_t>(bytes + 29)};
  const auto total = checked_add<std::uint64_t>(head.json_size, head_size + tail_size);
  if (!total || head.total != *total) fail(ErrorKind::malformed, "the lengths in the head of the metadata disagree");
  return head;
}

void take_tail(Reader& reader, const Head& head) {
  std::byte bytes[tail_size];
  reader.read_exactly(bytes, what);
  const bool right = load_le<std::uint64_t>(bytes) == head.total &&
                     as_text(Bytes(bytes)).substr(sizeof head.total, mark.size()) == mark &&
                     bytes[tail_size - 1] == pop;
  if (!right) fail(ErrorKind::malformed, "the end of the metadata is not where its head says");
}

template <class Action>
auto with_place(Reader& reader, Action&& action) {
  const std::uint64_t begin = reader.position();
  try {
    return action();
  } catch (Error& error) {
    error.at(join("metadata at byte ", begin, " of ", reader.name()));
    throw;
  }
}

}  // namespace

std::string make_footer(std::string_view json) {
  const std::uint64_t total = json.size() + head_size + tail_size;
  std::string out(as_text(Bytes(&binbytes8, 1)));
  append_number(out, total - mark_at - 1);
  out.append(mark);
  append_number(out, version);
  append_number(out, std::uint64_t{json.size()});
  append_number(out, xxh3(as_bytes(json)));
  out.append(json);
  append_number(out, total);
  out.append(mark);
  out.push_back(static_cast<char>(pop));
  return out;
}

bool at_footer(Reader& reader) {
  if (!looks_like_footer(reader.peek())) return false;
  const Bytes head = reader.peek(mark_at + mark.size());
  if (!looks_like_footer(head)) return false;
  if (head.size() < mark_at + mark.size())
    fail(ErrorKind::truncated, reader.name(), " ends in the first bytes of the metadata, at byte ",
         reader.position() + head.size());
  return true;
}

std::string read_footer(Reader& reader, const Limits& limits) {
  return with_place(reader, [&] {
    const Head head = take_head(reader);
    if (head.json_size > limits.text)
      fail(ErrorKind::limit, "the metadata has ", head.json_size, " bytes, Limits::text allows ", limits.text);
    const Region json = reader.read_region(head.json_size, what);
    take_tail(reader, head);
    if (const auto found = xxh3(json.bytes()); found != head.checksum)
      fail(ErrorKind::checksum, "the metadata is damaged: its checksum is ", hex(found, 16), ", stored is ",
           hex(head.checksum, 16));
    return std::string(as_text(json.bytes()));
  });
}

void skip_footers(Reader& reader) {
  while (at_footer(reader)) {
    with_place(reader, [&] {
      const Head head = take_head(reader);
      reader.skip(head.json_size, what);
      take_tail(reader, head);
    });
  }
}

}  // namespace larder::internal
