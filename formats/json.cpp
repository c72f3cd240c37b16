#include <algorithm>

#include "base/text.h"
#include "document/json_parse.h"
#include "formats/table.h"
#include "formats/whole.h"

namespace larder::internal {

namespace {

constexpr std::string_view spaces = " \t\r\n";
constexpr std::uint64_t most_text = std::uint64_t{1} << 30;

std::string_view without_spaces(std::string_view text) {
  return text.substr(std::min(text.size(), text.find_first_not_of(spaces)));
}

bool begins(std::string_view text, std::string_view wanted) {
  return text.substr(0, wanted.size()) == wanted.substr(0, text.size());
}

// Whether a word of JSON is all that there is.
bool is_word(std::string_view text) {
  return std::ranges::any_of(
      std::initializer_list<std::string_view>{"true", "false", "null"}, [&](std::string_view word) {
        return begins(text, word) && without_spaces(text.substr(std::min(text.size(), word.size()))).empty();
      });
}

// Likewise a number.
bool is_number(std::string_view text) {
  constexpr std::string_view letters = "+-.0123456789eE";
  const std::size_t end = std::min(text.size(), text.find_first_not_of(letters));
  return end != 0 && text[0] != '+' && text[0] != '.' && without_spaces(text.substr(end)).empty();
}

class JsonFormat final : public Format {
 public:
  JsonFormat()
      : Format({.name = "json",
                .description = "JSON text; what it lacks is written as a report",
                .extensions = {".json"},
                .reads = true,
                .writes = true,
                .signature = Signature::plausible,
                .extent = Extent::rest}) {}

  bool recognises(Bytes head) const override {
    std::string_view text = as_text(head);
    if (begins(text, "\xef\xbb\xbf")) text = text.substr(std::min<std::size_t>(text.size(), 3));
    text = without_spaces(text);
    if (text.empty()) return false;
    const std::string_view next = without_spaces(text.substr(1));
    if (text[0] == '{') return next.empty() || next[0] == '"' || next[0] == '}';
    if (text[0] == '[') return next.empty() || std::string_view("[]{\"-0123456789tfn").find(next[0]) != next.npos;
    return text[0] == '"' || is_word(text) || is_number(text);
  }

  const Format& read(const ReadSource& source, Document& document) const override {
    WholeSource whole(source);
    const auto reader = whole.reader(0, whole.size());
    const Region text = read_within(*reader, whole.size(), whole.budget().left(), "the text");
    if (text.empty()) fail(ErrorKind::truncated, "there is no JSON");
    document.set_root(parse_json(as_text(text.bytes()), document));
    whole.finish();
    return *this;
  }

  void write(Value value, Writer& writer, const WriteOptions&) const override {
    JsonOptions options;
    options.array_items = SIZE_MAX;
    options.limits.text = most_text;
    writer.write(as_bytes(to_json(value, options)));
    writer.write(as_bytes("\n"));
  }
};

}  // namespace

const Format& json_format() {
  static const JsonFormat format;
  return format;
}

}  // namespace larder::internal
