#include "tools/meta_settings.h"

#include "base/text.h"
#include "base/unicode.h"
#include "document/json_parse.h"

namespace larder::tools {

namespace {

void add(Document& document, Value dict, std::string_view setting) {
  const std::size_t equals = setting.find('=');
  const bool is_json = equals != std::string_view::npos && equals > 0 && setting[equals - 1] == ':';
  const std::string_view key = setting.substr(0, is_json ? equals - 1 : equals);
  if (equals == std::string_view::npos || key.empty() || key.front() == '$' || internal::invalid_utf8(setting)) {
    internal::fail(ErrorKind::usage, "not KEY=TEXT or KEY:=JSON, in UTF-8, with a key that does not start with '$'");
  }
  const std::string_view text = setting.substr(equals + 1);
  document.insert(dict, document.str(key), is_json ? internal::parse_json(text, document) : document.str(text));
}

}  // namespace

std::string problem_with(const std::string& setting) {
  try {
    Document document;
    add(document, document.dict(), setting);
    return {};
  } catch (const Error& error) {
    return internal::join(internal::quoted(setting), ": ", error.what());
  }
}

Document merged_metadata(const Metadata* stored, const MetaSettings& settings) {
  Document document;
  if (stored == nullptr && settings.empty()) return document;
  const Value dict = stored == nullptr ? document.dict() : document.copy(stored->values.root());
  for (const std::string& setting : settings) add(document, dict, setting);
  document.set_root(dict);
  return document;
}

}  // namespace larder::tools
