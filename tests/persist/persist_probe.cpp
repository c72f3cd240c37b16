// Does what the tests in Python ask, one line for each line on standard input; bytes and texts travel as hexadecimal
// digits ("-" for none).
//   convert IN OUT COMPRESS PROTOCOL FORMAT -> ok          loads the file IN and dumps it to OUT
//   pickle BYTES PROTOCOL                   -> ok BYTES    loads a pickle and dumps it
//   json IN                                 -> ok JSON
// An error is "error KIND MESSAGE". Arrays keep their byte order.
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <larder/larder.h>

namespace larder {
namespace {

std::string from_hex(std::string_view digits) {
  std::string out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    out.push_back(static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16)));
  }
  return out;
}

std::string to_hex(std::string_view bytes) {
  std::string out = bytes.empty() ? "-" : "";
  for (const char c : bytes) {
    const auto code = static_cast<unsigned char>(c);
    out.push_back("0123456789abcdef"[code >> 4]);
    out.push_back("0123456789abcdef"[code & 15]);
  }
  return out;
}

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

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string command;
    words >> command;
    std::vector<std::string> arguments;
    for (std::string word; words >> word;) arguments.push_back(word);
    try {
      larder::answer(command, arguments);
    } catch (const larder::Error& error) {
      std::cout << "error " << larder::name_of(error.kind()) << ' ' << error.what() << '\n';
    }
  }
  return std::cin.bad() ? 1 : 0;
}
