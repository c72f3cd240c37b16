// Does what the tests in Python ask, one line for each line on standard input; bytes and texts travel as hexadecimal
// digits ("-" for none).
//   convert IN OUT COMPRESS PROTOCOL FORMAT -> ok          loads the file IN and dumps it to OUT
//   pickle BYTES PROTOCOL                   -> ok BYTES    loads a pickle and dumps it
//   json IN                                 -> ok JSON
// An error is "error KIND MESSAGE". Arrays keep their byte order.
#include <iostream>
#include <string>
#include <vector>

#include <larder/larder.h>

#include "tests/support/hexadecimal.h"
#include "tests/support/questions.h"

namespace larder {
namespace {

using testing::from_hex;
using testing::to_hex;

LoadOptions as_stored() {
  LoadOptions options;
  options.ensure_native_byte_order = false;
  return options;
}

void convert(const std::vector<std::string>& arguments) {
  DumpOptions options;
  options.file.sync = Sync::none;
  options.compress = Compress::parse(from_hex(arguments.at(2)));
  options.protocol = std::stoi(arguments.at(3));
  options.format = from_hex(arguments.at(4));
  const Document document = load(Path(from_hex(arguments.at(0))), as_stored());
  dump(document.root(), Path(from_hex(arguments.at(1))), options);
  std::cout << "ok\n";
}

void pickle(const std::vector<std::string>& arguments) {
  const std::string bytes = from_hex(arguments.at(0));
  const auto reader = memory_reader(as_bytes(bytes));
  const Document document = load(*reader, as_stored());
  MemoryWriter writer;
  dump(document.root(), writer, {.protocol = std::stoi(arguments.at(1))});
  std::cout << "ok " << to_hex(as_text(writer.bytes())) << '\n';
}

void answer(const std::string& command, const std::vector<std::string>& arguments) {
  if (command == "convert") {
    convert(arguments);
  } else if (command == "pickle") {
    pickle(arguments);
  } else if (command == "json") {
    const Document document = load(Path(from_hex(arguments.at(0))), as_stored());
    std::cout << "ok " << to_hex(to_json(document.root())) << '\n';
  } else {
    throw std::invalid_argument("unknown command: " + command);
  }
}

}  // namespace
}  // namespace larder

int main() { return larder::testing::answer_questions(larder::answer); }
