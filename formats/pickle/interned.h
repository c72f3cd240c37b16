// Texts and globals that one Python process has once: names of modules, attribute names, classes.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <larder/document.h>

namespace larder::internal {

// Where a writer gets the values that are not in the document but in the file: the parts of what stands for an array.
// Each text and each global is one object, as in CPython, so that a second use is a reference to the first. Values live
// as long as this.
class Interned {
 public:
  // The interned text; the one that was adopted, if any.
  Value str(std::string_view text);
  // The interned reference to a class or function.
  Value global(std::string_view module_name, std::string_view qualified_name);

  // Makes a value of the document the interned one for its text, unless that text has one already: Python interned it
  // where the file was written.
  void adopt(Value str_or_global);

  // Holds whatever else is made for the file.
  Document& scratch() noexcept { return scratch_; }

 private:
  Document scratch_;
  std::map<std::string, Value, std::less<>> texts_;
  std::map<std::pair<std::string, std::string>, Value> globals_;
};

}  // namespace larder::internal
