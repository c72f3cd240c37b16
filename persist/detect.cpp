#include "persist/detect.h"

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "codecs/filename.h"
#include "codecs/zfile.h"
#include "formats/pickle/head.h"
#include "formats/zip/end_record.h"

namespace larder::internal {

namespace {

constexpr std::size_t codec_head = 16;
constexpr std::size_t format_head = 4096;
// The longest magic that a codec's stream can begin with by accident: safetensors'. No stream with an object in it is
// shorter.
constexpr std::size_t magic_before_codec = 9;
// So much is looked at where a file has a magic, and begins as a pickle all the same.
constexpr std::size_t most_judged = std::size_t{1} << 20;

// Whether more bytes could still make these the start of a stream of the codec.
bool may_become_stream(Bytes head, const Codec& codec) {
  const std::string_view text = as_text(head);
  return std::ranges::any_of(codec.info().magics, [&](const std::string& magic) {
    return text.starts_with(magic) || std::string_view(magic).starts_with(text);
  });
}

bool may_become_compressed(Bytes head, const CodecRegistry& registry) {
  return may_become_stream(head, zfile_codec()) ||
         std::ranges::any_of(registry.list(), [&](const Codec* codec) { return may_become_stream(head, *codec); });
}

const Codec* codec_of(Reader& reader, const CodecRegistry& registry) {
  for (std::size_t size = 1; size <= codec_head; ++size) {
    const Bytes head = reader.peek(size);
    if (head.size() < size) return nullptr;
    if (const Codec* const codec = registry.detect(head.first(std::min(head.size(), codec_head)))) return codec;
    if (zfile_codec().recognises(head)) return &zfile_codec();
    if (!may_become_compressed(head, registry)) return nullptr;
    size = std::max(size, std::min(head.size(), codec_head));
  }
  return nullptr;
}

bool has_magic(const Format& format) { return format.info().signature == Signature::magic; }

std::vector<const Format*> recognising(Bytes head) {
  std::vector<const Format*> found;
  for (const Format* const format : formats()) {
    if (format->info().reads && format->info().signature != Signature::none && format->recognises(head))
      found.push_back(format);
  }
  return found;
}

[[noreturn]] void refuse_two_faces(const Reader& reader, std::string_view one, std::string_view other) {
  fail(ErrorKind::unsupported, reader.name(), " is both ", one, " and ", other,
       ", and other programs may take it for either: say which format to read it as");
}

// A file that other tools take for an archive, whatever it begins with.
void refuse_archive_behind(Reader& reader, const Format& format, bool is_near) {
  if (format.info().family == "zip" || !reader.can_seek() || reader.position() != 0) return;
  const std::uint64_t size = reader.size().value_or(0);
  if (!is_near && reader.peek(1).size() != size) return;
  std::vector<std::byte> tail(static_cast<std::size_t>(std::min<std::uint64_t>(size, zip_tail)));
  reader.seek(size - tail.size());
  reader.read_exactly(tail, "the end");
  reader.seek(0);
  if (ends_as_zip(tail, size)) refuse_two_faces(reader, format.info().name, "a ZIP archive (at its end)");
}

// Hears whether a pickle would do anything before its end, or before it turns out to be none.
class Deeds final : public LoadObserver {
 public:
  bool any = false;

 private:
  void on_import(Value, std::uint64_t) override { any = true; }
  void on_call(ObjectForm, Value, Value, Value, std::uint64_t) override { any = true; }
  void on_state(Value, Value, std::uint64_t) override { any = true; }
  void on_persistent_id(Value, std::uint64_t) override { any = true; }
  void on_nested_stream(bool, std::uint64_t) override {}
};

// Whether a program that takes these bytes for a pickle, as which they begin, would make something of them. The length
// of a safetensors header often is the number of an opcode; what follows is none then. `head` is the whole source where
// it is shorter than most_judged.
bool acts_as_pickle(Bytes head) {
  Limits limits;
  limits.bytes = 64 * most_judged;
  Deeds deeds;
  const auto reader = memory_reader(head);
  Document scratch(limits);
  try {
    find_format("pickle")->read({.reader = *reader,
                                 .limits = limits,
                                 .native_byte_order = false,
                                 .mapped_file = nullptr,
                                 .warn = [](std::string_view) {},
                                 .observer = &deeds},
                                scratch);
  } catch (const Error& error) {
    const bool is_cut = error.kind() == ErrorKind::truncated && head.size() >= most_judged;
    return deeds.any || is_cut || error.kind() == ErrorKind::limit;
  }
  return true;
}

const Format* by_signature(Reader& reader, Bytes head, std::string_view filename) {
  const std::vector<const Format*> found = recognising(head);
  const auto magic = std::ranges::find_if(found, [](const Format* format) { return has_magic(*format); });
  if (magic != found.end()) {
    const std::string& family = (*magic)->info().family;
    const auto other = std::ranges::find_if(
        found, [&](const Format* format) { return has_magic(*format) && format->info().family != family; });
    if (other != found.end()) refuse_two_faces(reader, (*magic)->info().name, (*other)->info().name);
    if (family != "pickle" && begins_as_pickle(head) && acts_as_pickle(reader.peek(most_judged)))
      refuse_two_faces(reader, (*magic)->info().name, "a pickle");
    return *magic;
  }
  const Format* const named = find_format_by_extension(filename);
  if (std::ranges::find(found, named) != found.end()) return named;
  return found.empty() ? nullptr : found.front();
}

// Whether all of them find the end of their objects by themselves: a stream may give no more for long.
bool is_delimited(const std::vector<const Format*>& found) {
  const auto delimited = [](const Format* format) { return format->info().extent == Extent::delimited; };
  return !found.empty() && std::ranges::all_of(found, delimited);
}

// Likewise, and more bytes would not tell one from another.
bool is_settled(const std::vector<const Format*>& found) {
  const auto magic = [](const Format* format) { return has_magic(*format); };
  return is_delimited(found) && (std::ranges::all_of(found, magic) || std::ranges::none_of(found, magic));
}

const Format* by_first_bytes(Reader& reader, std::string_view filename) {
  // The shortest object is a pickle of 2 bytes; one that begins as a ZIP archive does has 4, one in a frame 15, and one
  // with the number in it that torch begins its files with 24. Until the longest magic could be seen, only the opcode
  // that ends a pickle, a dot, tells that no more need come.
  for (const std::size_t size : {2U, 3U, 4U, 5U, 6U, 7U, 8U, 9U, 15U, 24U}) {
    const Bytes head = reader.peek(size);
    const bool may_be_all = head.size() >= magic_before_codec || as_text(head).find('.') != std::string_view::npos;
    if (may_be_all && is_settled(recognising(head))) return by_signature(reader, head, filename);
    if (head.size() < size) break;
  }
  const Bytes head = reader.peek(24);
  if (is_delimited(recognising(head))) return by_signature(reader, head, filename);
  return by_signature(reader, reader.peek(format_head), filename);
}

}  // namespace

const Codec* detect_codec(Reader& reader, const CodecRegistry& registry) {
  const Codec* const codec = codec_of(reader, registry);
  if (codec == nullptr) return nullptr;
  const Bytes head = reader.peek(magic_before_codec);
  const std::vector<const Format*> found = recognising(head.first(std::min(head.size(), magic_before_codec)));
  const bool is_format = std::ranges::any_of(found, [](const Format* format) { return has_magic(*format); });
  return is_format ? nullptr : codec;
}

const Format& detect_format(Reader& reader, std::string_view name, bool is_near) {
  if (reader.peek(1).empty())
    fail(ErrorKind::truncated, reader.name(), " holds no object: it ends at byte ", reader.position());
  const std::string_view filename = without_codec(name);
  const Format* const found =
      reader.can_seek() ? by_signature(reader, reader.peek(format_head), filename) : by_first_bytes(reader, filename);
  if (found != nullptr) {
    refuse_archive_behind(reader, *found, is_near);
    return *found;
  }
  const Format* const named = find_format_by_extension(filename);
  if (named != nullptr && named->info().reads && named->info().signature == Signature::none) return *named;
  fail(ErrorKind::unsupported, reader.name(), " is in no format that larder reads (it starts with ",
       quoted(as_text(reader.peek(8)).substr(0, 8)), ")");
}

const Format& find_read_format(std::string_view name) {
  const Format* const named = find_format(name);
  if (named != nullptr && named->info().reads) return *named;
  std::string possible;
  for (const Format* const format : formats()) {
    if (format->info().reads) possible += (possible.empty() ? "" : ", ") + format->info().name;
  }
  fail(ErrorKind::usage, "no format ", quoted(name), " is read; possible are ", possible);
}

}  // namespace larder::internal
