// JSON reports: a Document that is filled in and printed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <larder/document.h>

#include "tools/console.h"

namespace larder::tools {

class Report {
 public:
  // Values for the report. A text that is not UTF-8 (a file's name, say) becomes what Python's os.fsdecode makes of its
  // bytes.
  Value text(std::string_view text);
  Value number(std::uint64_t number);
  Value texts(const std::vector<std::string>& texts);
  Value list() { return document_.list(); }
  Value object() { return document_.dict(); }

  void set(Value object, std::string_view key, Value value);
  // Nothing is null.
  template <class Unsigned>
  void set(Value object, std::string_view key, const std::optional<Unsigned>& value) {
    set(object, key, value ? number(static_cast<std::uint64_t>(*value)) : Value::none());
  }
  void append(Value list, Value member) { document_.append(list, member); }

  // A value of another Document; its arrays are described, not listed.
  Value copy(Value value) { return document_.copy(value); }

  // `root` as JSON over several lines.
  std::string json(Value root) const;
  void print(Value root, Console& console) const;

 private:
  Document document_;
};

}  // namespace larder::tools
