#include "formats/pmml/element.h"

namespace larder::internal {

namespace {

ArrayContent content_named(std::optional<std::string_view> type) {
  if (type == "int") return ArrayContent::integers;
  if (type == "real") return ArrayContent::reals;
  return type == "string" ? ArrayContent::texts : ArrayContent::none;
}

}  // namespace

std::string_view local_name(std::string_view tag) noexcept { return tag.substr(tag.find(':') + 1); }

std::string_view tag_of(Value node) { return local_name(node.find("tag")->as_str()); }

std::optional<std::string_view> attribute_of(Value node, std::string_view name) {
  const auto found = node.find("attributes")->find(name);
  return found && found->is(ValueKind::str) ? std::optional(found->as_str()) : std::nullopt;
}

ArrayContent content_in(Value node) {
  const std::string_view tag = tag_of(node);
  if (tag == "Array" || tag == "Entries") return content_named(attribute_of(node, "type"));
  if (tag == "Indices" || tag == "INT-Entries" || tag == "INT-ARRAY") return ArrayContent::integers;
  if (tag == "REAL-Entries" || tag == "REAL-ARRAY") return ArrayContent::reals;
  return tag == "STRING-ARRAY" ? ArrayContent::texts : ArrayContent::none;
}

ArrayContent sparse_content_in(Value node) {
  const std::string_view tag = tag_of(node);
  if (tag == "INT-SparseArray") return ArrayContent::integers;
  if (tag == "REAL-SparseArray") return ArrayContent::reals;
  const ArrayContent named = tag == "SparseArray" ? content_named(attribute_of(node, "type")) : ArrayContent::none;
  return named == ArrayContent::texts ? ArrayContent::none : named;
}

std::optional<std::string> text_in(Value node) {
  const Value children = *node.find("children");
  std::string text;
  for (std::size_t i = 0; i < children.size(); ++i) {
    if (children[i].is(ValueKind::str)) text += children[i].as_str();
    if (children[i].is(ValueKind::dict) && children[i].find("tag")) return std::nullopt;
  }
  return text;
}

std::vector<Value> elements_in(Value node) {
  const Value children = *node.find("children");
  std::vector<Value> elements;
  for (std::size_t i = 0; i < children.size(); ++i)
    if (children[i].is(ValueKind::dict) && children[i].find("tag")) elements.push_back(children[i]);
  return elements;
}

}  // namespace larder::internal
