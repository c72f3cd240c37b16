#include "base/xml.h"

#include "base/text.h"

#if LARDER_HAS_PUGIXML

#include <pugixml.hpp>

namespace larder::internal {

namespace {

void begin(const pugi::xml_node& element, XmlVisitor& visitor, std::vector<XmlAttribute>& attributes) {
  attributes.clear();
  for (const pugi::xml_attribute& attribute : element.attributes())
    attributes.push_back({attribute.name(), attribute.value()});
  visitor.begin(element.name(), attributes);
}

bool is_text(const pugi::xml_node& node) { return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata; }

// Without recursion: a document may be as deep as it is long.
void walk(const pugi::xml_node& root, std::string_view name, XmlVisitor& visitor, const XmlLimits& limits) {
  std::vector<XmlAttribute> attributes;
  std::size_t depth = 0;
  pugi::xml_node node = root;
  for (;;) {
    if (is_text(node)) visitor.text(node.value());
    if (node.type() == pugi::node_comment) visitor.comment(node.value());
    if (node.type() == pugi::node_pi) visitor.instruction(node.name(), node.value());
    if (node.type() == pugi::node_element) {
      if (++depth > limits.depth)
        fail(ErrorKind::limit, name, " has more than ", limits.depth, " XML elements inside each other");
      begin(node, visitor, attributes);
      if (const pugi::xml_node child = node.first_child()) {
        node = child;
        continue;
      }
      visitor.end();
      --depth;
    }
    while (node != root && !node.next_sibling()) {
      node = node.parent();
      visitor.end();
      --depth;
    }
    if (node == root) return;
    node = node.next_sibling();
  }
}

}  // namespace

bool has_xml() noexcept { return true; }

void walk_xml(std::span<const std::byte> document, std::string_view name, XmlVisitor& visitor,
              const XmlLimits& limits) {
  pugi::xml_document parsed;
  const unsigned blanks =
      limits.all ? pugi::parse_ws_pcdata | pugi::parse_comments | pugi::parse_pi : pugi::parse_ws_pcdata_single;
  const unsigned options = pugi::parse_default | pugi::parse_doctype | blanks;
  const auto result = parsed.load_buffer(document.data(), document.size(), options);
  if (!result) {
    throw Error(ErrorKind::malformed, join(name, " is no XML: ", result.description()))
        .at(join("byte ", result.offset < 0 ? 0 : result.offset));
  }
  for (const pugi::xml_node& node : parsed.children()) {
    if (node.type() == pugi::node_doctype) fail(ErrorKind::unsupported, name, " has a DOCTYPE, which larder refuses");
  }
  if (!limits.all) return walk(parsed.document_element(), name, visitor, limits);
  for (const pugi::xml_node& node : parsed.children()) walk(node, name, visitor, limits);
}

}  // namespace larder::internal

#else

namespace larder::internal {

bool has_xml() noexcept { return false; }

void walk_xml(std::span<const std::byte>, std::string_view name, XmlVisitor&, const XmlLimits&) {
  fail(ErrorKind::not_built, "this build of larder lacks the library for XML, so ", name, " cannot be read");
}

}  // namespace larder::internal

#endif
