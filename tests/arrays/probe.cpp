// Answers test_numpy.py, one line for each line on standard input. Texts and bytes travel as hexadecimal digits.
//   dtype DESCR           -> ok typestr descr itemsize alignment name native
//   read FILE             -> ok dtype's descr, shape, order, bytes of the header
//   write DESCR ORDER DIM -> ok header (DIM: lengths with commas, or -)
//   swap DESCR ELEMENTS   -> ok elements
// An error is "error KIND MESSAGE".
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include <larder/dtype.h>
#include <larder/error.h>

#include "formats/npy_header.h"

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

Shape shape_from(const std::string& text) {
  Shape shape;
  std::istringstream lengths(text == "-" ? "" : text);
  for (std::string length; std::getline(lengths, length, ',');) shape.push_back(std::stoull(length));
  return shape;
}

void answer(const std::string& command, const std::vector<std::string>& arguments) {
  const std::string first = from_hex(arguments.at(0));
  if (command == "dtype") {
    const DType dtype = DType::parse(first);
    std::cout << "ok " << to_hex(dtype.typestr()) << ' ' << to_hex(dtype.descr()) << ' ' << dtype.itemsize() << ' '
              << dtype.alignment() << ' ' << to_hex(dtype.name()) << ' ' << dtype.is_native() << '\n';
  } else if (command == "read") {
    const auto reader = memory_reader(as_bytes(first));
    const internal::NpyHeader header = internal::read_npy_header(*reader, Limits{});
    std::cout << "ok " << to_hex(header.dtype.descr()) << ' ';
    for (const auto length : header.shape) std::cout << length << ',';
    std::cout << "- " << (header.order == Order::fortran) << ' ' << reader->position() << '\n';
  } else if (command == "write") {
    const Order order = arguments.at(1) == "F" ? Order::fortran : Order::c;
    std::cout << "ok " << to_hex(internal::npy_header(DType::parse(first), shape_from(arguments.at(2)), order)) << '\n';
  } else if (command == "swap") {
    const DType dtype = DType::parse(first);
    std::string elements = from_hex(arguments.at(1));
    swap_bytes(elements.data(), elements.size() / dtype.itemsize(), dtype);
    std::cout << "ok " << to_hex(elements) << '\n';
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
