// Does what the tests of pickles in Python ask, one line for each line on standard input; bytes and texts travel as
// hexadecimal digits ("-" for none).
//   loads BYTES PROTOCOL BUFFERS WHERE  -> ok BYTES BUFFERS   loads a pickle and dumps it. BUFFERS lie beside it: r or
//   w
//                                                             (writable) and digits, with commas; WHERE is "in" or
//                                                             "beside", of the new pickle's buffers
//   rewrite IN OUT FORMAT PROTOCOL ALIGNMENT SHARE -> ok      loads the file IN and dumps it to OUT; SHARE is 0 or 1
//   arrays IN MODE                      -> ok ARRAY...        the arrays that the file IN loads to with that mmap_mode:
//                                                             DTYPE,SHAPE,MAPPED,WRITABLE with shape as 2x3x4
//   build PROTOCOL FORMAT               -> ok BYTES           dumps the document of `built_arrays`
// An error is "error KIND MESSAGE". Arrays keep their byte order.
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <larder/larder.h>

#include "document/walk.h"
#include "tests/persist/reading.h"
#include "tests/support/hexadecimal.h"
#include "tests/support/questions.h"

namespace larder {
namespace {

using testing::as_stored;
using testing::buffers_from;
using testing::from_hex;
using testing::read_only;
using testing::to_hex;

void pickle_in_memory(const std::vector<std::string>& arguments) {
  const std::string bytes = from_hex(arguments.at(0));
  LoadOptions reading = as_stored();
  const std::vector<Region> buffers = buffers_from(arguments.at(2));
  reading.pickle.buffers = buffers;
  const Document document = loads(as_bytes(bytes), reading);
  DumpOptions writing;
  writing.protocol = std::stoi(arguments.at(1));
  std::string beside;
  if (arguments.at(3) == "beside") {
    writing.pickle.buffer_callback = [&beside](const Region& buffer) {
      beside += (beside.empty() ? "" : ",") + std::string(buffer.writable() ? "w" : "r");
      if (!buffer.empty()) beside += to_hex(as_text(buffer.bytes()));
    };
  }
  const Region written = dumps(document.root(), writing);
  std::cout << "ok " << to_hex(as_text(written.bytes())) << ' ' << (beside.empty() ? "-" : beside) << '\n';
}

void rewrite(const std::vector<std::string>& arguments) {
  DumpOptions writing;
  writing.file.sync = Sync::none;
  writing.format = arguments.at(2);
  writing.protocol = std::stoi(arguments.at(3));
  writing.pickle.array_alignment = std::stoul(arguments.at(4));
  writing.pickle.share_arrays = arguments.at(5) == "1";
  const Document document = load(Path(from_hex(arguments.at(0))), as_stored());
  dump(document.root(), Path(from_hex(arguments.at(1))), writing);
  std::cout << "ok\n";
}

void describe_arrays(const std::vector<std::string>& arguments) {
  LoadOptions reading;
  reading.mmap_mode = parse_map_mode(arguments.at(1));
  if (reading.mmap_mode == MapMode::none) reading.ensure_native_byte_order = false;
  const Document document = load(Path(from_hex(arguments.at(0))), reading);
  std::cout << "ok";
  internal::walk(document.root(), [](Value value) {
    if (!value.is(ValueKind::array)) return;
    const Array& array = value.as_array();
    std::string shape;
    for (const std::uint64_t size : array.shape()) shape += (shape.empty() ? "" : "x") + std::to_string(size);
    std::cout << ' ' << array.dtype().typestr() << ',' << shape << ',' << array.mapped() << ',' << array.writable();
  });
  std::cout << '\n';
}

// A dict of arrays such as only C++ makes; the test in Python has the same.
Document built_arrays() {
  Document document;
  const Value root = document.dict();
  const auto add = [&](std::string_view name, Array array) {
    document.insert(root, document.str(name), document.array(std::move(array)));
  };
  Array counted = Array::allocate(DType::of<double>(), {3, 4});
  double next = 0;
  for (double& element : counted.mutable_data<double>()) element = next++;
  add("grid", counted);
  add("fortran", counted.copy(Order::fortran));
  add("transposed", counted.transposed());
  // Begins where "grid" begins, and is shorter; then every second column; then backwards.
  add("head", Array::from_strides(counted.dtype(), {2}, {8}, 0, counted.region()));
  add("columns", Array::from_strides(counted.dtype(), {3, 2}, {32, 16}, 0, counted.region()));
  add("backwards", Array::from_strides(counted.dtype(), {12}, {-8}, 88, counted.region()));
  add("broadcast", Array::from_strides(counted.dtype(), {5}, {0}, 8, counted.region()));
  add("big_endian", counted.byte_swapped());
  add("read_only",
      Array::from_region(DType::of<std::uint8_t>(), {5}, Order::c, read_only(Region::copy_of(as_bytes("larder")))));
  add("empty", Array::allocate(DType::of<std::int16_t>(), {2, 0, 3}));
  add("scalar", Array::copy_of<std::int64_t>(std::vector<std::int64_t>{-7}, {}));
  add("time", Array::from_region(DType::parse("<M8[25s]"), {1}, Order::c,
                                 Region::copy_of(as_bytes(std::string("\1\0\0\0\0\0\0\0", 8)))));
  add("text", Array::from_region(DType::parse("<U1"), {2}, Order::c,
                                 Region::copy_of(as_bytes(std::string("a\0\0\0b\0\0\0", 8)))));
  const Value one = document.array(counted);
  const Value twice[] = {one, one, document.array(counted)};
  document.insert(root, document.str("shared"), document.list(twice));
  document.set_root(root);
  return document;
}

void build(const std::vector<std::string>& arguments) {
  const Document document = built_arrays();
  DumpOptions writing;
  writing.protocol = std::stoi(arguments.at(0));
  writing.format = arguments.at(1);
  std::cout << "ok " << to_hex(as_text(dumps(document.root(), writing).bytes())) << '\n';
}

void answer(const std::string& command, const std::vector<std::string>& arguments) {
  if (command == "loads") {
    pickle_in_memory(arguments);
  } else if (command == "rewrite") {
    rewrite(arguments);
  } else if (command == "arrays") {
    describe_arrays(arguments);
  } else if (command == "build") {
    build(arguments);
  } else {
    throw std::invalid_argument("unknown command: " + command);
  }
}

}  // namespace
}  // namespace larder

int main() { return larder::testing::answer_questions(larder::answer); }
