// What a subcommand can be told. The parser behind it is seen by command_line.cpp alone.
#pragma once

#include <functional>
#include <string>

#include "tools/console.h"

namespace larder::tools {

class Arguments {
 public:
  // Gets what the user says; an Error that it throws is the user's.
  using Take = std::function<void(const std::string& text)>;
  enum class Count { one, at_most_one, some };

  virtual ~Arguments() = default;

  // What stands without a name, in this order.
  virtual void add_words(const char* name, Count count, const char* what, Take take) = 0;
  // names: "-l,--long".
  virtual void add_flag(const char* names, const char* what, bool& flag) = 0;
  virtual void add_option(const char* names, const char* type, const char* what, Take take) = 0;
  // May be given again.
  virtual void add_options(const char* names, const char* type, const char* what, Take take) = 0;
  // Names of two that cannot stand together.
  virtual void exclude(const char* one, const char* other) = 0;
};

// Adds the subcommand `name`: what it does in a line, what its help ends with, and what happens where it is chosen. The
// Arguments are borrowed until the next one is added.
using AddCommand = std::function<Arguments&(const char* name, const char* what, const char* footer,
                                            std::function<Status(Console&)> action)>;

}  // namespace larder::tools
