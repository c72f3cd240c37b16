#include "document/named_arrays.h"

#include "base/text.h"
#include "base/unicode.h"
#include "document/attributes.h"

namespace larder::internal {

namespace {

bool is_global(Value value, std::string_view module_name, std::string_view qualified_name) {
  return value.is(ValueKind::global) && value.module_name() == module_name && value.qualified_name() == qualified_name;
}

struct Collected {
  std::vector<NamedArray> arrays;
  std::string hindrance;  // why these are not all that is there
};

Collected collect(Value root) {
  const auto entries = entries_of(root);
  if (!entries) return {{}, join("this is a ", name_of(root.kind()))};
  Collected collected;
  for (std::size_t i = 0; !entries->is_none() && i < entries->size(); ++i) {
    const Value key = entries->key(i);
    if (!key.is(ValueKind::str)) return {{}, join("a key is a ", name_of(key.kind()))};
    const std::string_view name = key.as_str();
    if (invalid_utf8(name)) return {{}, join("the name ", internal::quoted(name), " is no UTF-8")};
    const auto array = array_in(entries->value(i));
    if (!array) return {{}, join(internal::quoted(name), " is a ", name_of(entries->value(i).kind()))};
    collected.arrays.push_back({std::string(name), *array});
  }
  return collected;
}

}  // namespace

std::optional<Value> array_in(Value value) {
  if (value.is(ValueKind::array)) return value;
  if (!value.is(ValueKind::object)) return std::nullopt;
  const Value callable = value.callable();
  const bool is_parameter = is_global(callable, "torch._utils", "_rebuild_parameter") ||
                            is_global(callable, "torch._utils", "_rebuild_parameter_with_state");
  if (!is_parameter || value.arguments().empty() || !value.arguments()[0].is(ValueKind::array)) return std::nullopt;
  return value.arguments()[0];
}

std::optional<std::vector<NamedArray>> named_arrays(Value root) {
  Collected collected = collect(root);
  if (!collected.hindrance.empty()) return std::nullopt;
  return std::move(collected.arrays);
}

std::vector<NamedArray> require_named_arrays(Value root, std::string_view format) {
  Collected collected = collect(root);
  if (!collected.hindrance.empty())
    fail(ErrorKind::unsupported, "files of the format ", format, " hold arrays by name; ", collected.hindrance);
  return std::move(collected.arrays);
}

void set_named_arrays(const std::vector<NamedArray>& arrays, Document& document) {
  const Value root = document.dict();
  for (const NamedArray& array : arrays) {
    if (root.find(array.name)) fail(ErrorKind::malformed, "there are two arrays called ", internal::quoted(array.name));
    document.insert(root, document.str(array.name), array.array);
  }
  document.set_root(root);
}

}  // namespace larder::internal
