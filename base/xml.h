// XML, walked through element by element. Nothing that a document names is fetched, and nothing in it grows: a DOCTYPE
// is refused, and with it all entities but the five and characters by number.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace larder::internal {

struct XmlAttribute {
  std::string_view name;
  std::string_view value;
};

// Is told what stands in a document, in its order. Names are as written, with their prefix; texts are UTF-8, with
// entities resolved, and valid during the call alone.
class XmlVisitor {
 public:
  virtual ~XmlVisitor() = default;
  virtual void begin(std::string_view name, std::span<const XmlAttribute> attributes) = 0;
  // Letters or CDATA; blanks only where an element has nothing else, or where XmlLimits::all asks for all of them.
  virtual void text(std::string_view letters) = 0;
  virtual void end() = 0;
  // Only where XmlLimits::all asks for them; beside the root element, too.
  virtual void comment(std::string_view letters) { static_cast<void>(letters); }
  virtual void instruction(std::string_view name, std::string_view content) {
    static_cast<void>(name);
    static_cast<void>(content);
  }
};

struct XmlLimits {
  std::size_t depth = 64;  // elements inside each other
  bool all = false;        // also tell of what carries no data: all blanks, comments, instructions
};

// Whether this build has the library.
bool has_xml() noexcept;

// Parses `document` (of any of the UTFs) as a whole, then walks it. `name`: for messages. Errors: `malformed` with the
// byte, `limit` (depth), `unsupported` (a DOCTYPE), `not_built` (a build without pugixml); what the visitor throws.
void walk_xml(std::span<const std::byte> document, std::string_view name, XmlVisitor& visitor,
              const XmlLimits& limits = {});

}  // namespace larder::internal
