#include <algorithm>

#include "base/ascii.h"
#include "base/text.h"
#include "base/xml.h"
#include "formats/pmml/element.h"
#include "formats/pmml/tree.h"
#include "formats/pmml/write.h"
#include "formats/table.h"
#include "formats/whole.h"

namespace larder::internal {

namespace {

// The letters of ASCII in a text of any of the UTFs.
std::string ascii_of(std::string_view head) {
  std::string text;
  std::ranges::copy_if(head, std::back_inserter(text),
                       [](char letter) { return letter != 0 && static_cast<unsigned char>(letter) < 0x80; });
  return text;
}

// Whether the first element is called PMML.
bool begins_as_pmml(std::string_view head) {
  if (head.empty() || std::string_view("<\xef\xfe\xff \t\r\n\0", 9).find(head[0]) == head.npos) return false;
  const std::string letters = ascii_of(head);
  std::string_view text = trimmed(letters);
  constexpr std::pair<std::string_view, std::string_view> asides[] = {
      {"<?", "?>"}, {"<!--", "-->"}, {"<!DOCTYPE", ">"}};
  for (;;) {
    const auto aside = std::ranges::find_if(asides, [&](const auto& known) { return text.starts_with(known.first); });
    if (aside == std::ranges::end(asides)) break;
    const std::size_t end = text.find(aside->second);
    if (end == text.npos) return false;
    text = trimmed(text.substr(end + aside->second.size()));
  }
  if (!text.starts_with('<')) return false;
  return local_name(text.substr(1, text.find_first_of(" \t\r\n/>") - 1)) == "PMML";
}

class PmmlFormat final : public Format {
 public:
  PmmlFormat()
      : Format({.name = "pmml",
                .description = "PMML: models as XML, a tree of elements with their arrays and matrices",
                .extensions = {".pmml"},
                .reads = true,
                .writes = true,
                .signature = Signature::plausible,
                .extent = Extent::rest,
                .built = has_xml()}) {}

  bool recognises(Bytes head) const override { return begins_as_pmml(as_text(head)); }

  const Format& read(const ReadSource& source, Document& document) const override {
    WholeSource whole(source);
    const auto reader = whole.reader(0, whole.size());
    const Region text = read_within(*reader, whole.size(), whole.budget().left(), "the document");
    if (text.empty()) fail(ErrorKind::truncated, "there is no XML");
    require_room(text.bytes(), whole.budget().left());
    document.set_root(read_pmml_tree(text.bytes(), source.reader.name(), whole.budget().left(), document));
    whole.finish();
    return *this;
  }

  void write(Value value, Writer& writer, const WriteOptions&) const override { write_pmml(value, writer); }

 private:
  // What the parsed document takes, before it becomes values.
  static void require_room(Bytes text, const Limits& limits) {
    constexpr std::uint64_t of_node = 80;
    constexpr std::uint64_t of_attribute = 48;
    const auto count = [&](char letter) {
      return static_cast<std::uint64_t>(std::ranges::count(as_text(text), letter));
    };
    // An element is followed by a text, mostly.
    const std::uint64_t needed = text.size() + 2 * of_node * count('<') + of_attribute * count('=');
    if (needed > limits.bytes)
      fail(ErrorKind::limit, "the document needs ", needed, " bytes, Limits::bytes allows ", limits.bytes);
  }
};

}  // namespace

const Format& pmml_format() {
  static const PmmlFormat format;
  return format;
}

}  // namespace larder::internal
