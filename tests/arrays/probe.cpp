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
#include "tests/support/hexadecimal.h"
#include "tests/support/questions.h"

namespace larder {
namespace {

using testing::from_hex;
using testing::to_hex;

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

int main() { return larder::testing::answer_questions(larder::answer); }
