#include <larder/joblib_memory.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include <larder/limits.h>

#include "base/text.h"
#include "store/key.h"

namespace larder {

using internal::fail;
using internal::join;

namespace {

constexpr std::string_view value_name = "output.pkl";
constexpr std::string_view code_name = "func_code.py";
constexpr std::string_view first_line_mark = "# first line:";
constexpr std::size_t hash_digits = 32;

bool is_hash(std::string_view text) {
  return text.size() == hash_digits && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

void require_part(std::string_view part, std::string_view what) {
  if (part.empty()) fail(ErrorKind::usage, what, " has an empty part");
  if (part.find('/') != std::string_view::npos) fail(ErrorKind::usage, what, " contains '/': ", internal::quoted(part));
}

std::string code_key(std::string_view function) {
  require_key(function);
  std::string key = join(function, '/', code_name);
  require_key(key);
  return key;
}

// Whether `rest`, of a key behind "module/function/", is the function's own, not of one whose module has that name.
bool is_of_function(std::string_view rest) {
  const std::size_t slash = rest.find('/');
  return slash == std::string_view::npos ? rest == code_name : is_hash(rest.substr(0, slash));
}

// What stands in "# first line: 12", and -1 for a number that is none.
int parse_first_line(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  int number = -1;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
  return error == std::errc() && end == line.data() + line.size() ? number : -1;
}

}  // namespace

std::string joblib_function(std::string_view module, std::string_view function) {
  require_part(function, "the function's name");
  std::string path;
  // A function without a module, as doctests have them, has only its name.
  for (std::string_view rest = module; !module.empty();) {
    const std::size_t dot = rest.find('.');
    const std::string_view part = rest.substr(0, dot);
    require_part(part, "the module's name");
    path.append(part).push_back('/');
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  path.append(function);
  require_key(path);
  return path;
}

std::string joblib_key(const JoblibCall& call) {
  require_key(call.function);
  if (!is_hash(call.arguments)) {
    fail(ErrorKind::usage, "joblib's hash of arguments is ", hash_digits, " hexadecimal digits in lower case, not ",
         internal::quoted(call.arguments));
  }
  std::string key = join(call.function, '/', call.arguments, '/', value_name);
  require_key(key);
  return key;
}

std::optional<JoblibCall> joblib_call(std::string_view key) {
  const std::string_view directory = internal::parent_of(key);
  const std::string_view function = internal::parent_of(directory);
  const std::string_view arguments = internal::last_part(directory);
  if (internal::last_part(key) != value_name || !is_hash(arguments) || function.empty()) return std::nullopt;
  return JoblibCall{std::string(function), std::string(arguments)};
}

void put_function_code(Store& store, std::string_view function, const FunctionCode& code) {
  const std::string text = join(first_line_mark, ' ', code.first_line, '\n', code.source);
  store.put(code_key(function), as_bytes(text));
}

std::optional<FunctionCode> function_code(Store& store, std::string_view function) {
  const std::string key = code_key(function);
  const auto found = store.find(key);
  if (!found) return std::nullopt;
  const Limits limits;
  if (found->stat.size > limits.text)
    fail(ErrorKind::limit, key, ": a function's source of ", found->stat.size, " bytes is over Limits::text");
  const Region content = found->reader->read_region(found->stat.size, "the function's source");
  const std::string_view text = as_text(content.bytes());
  if (!text.starts_with(first_line_mark)) return FunctionCode{std::string(text), -1};
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(first_line_mark.size(), end - first_line_mark.size());
  return FunctionCode{std::string(text.substr(std::min(end + 1, text.size()))), parse_first_line(line)};
}

std::size_t clear_function(Store& store, std::string_view function) {
  require_key(function);
  const std::string prefix = join(function, '/');
  const auto listing = store.list({.prefix = prefix});
  std::size_t removed = 0;
  for (auto page = listing->next(); !page.empty(); page = listing->next()) {
    for (const Entry& entry : page) {
      if (is_of_function(std::string_view(entry.key).substr(prefix.size())) && store.remove(entry.key)) ++removed;
    }
  }
  return removed;
}

Path joblib_directory(const Path& location) { return location / "joblib"; }

}  // namespace larder
