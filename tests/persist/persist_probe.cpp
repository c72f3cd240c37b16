// Does what the tests in Python ask, one line for each line on standard input; bytes and texts travel as hexadecimal
// digits ("-" for none).
//   convert IN OUT COMPRESS PROTOCOL FORMAT ENCODING -> ok loads the file IN and dumps it to OUT. ENCODING is of the
//                                                          strings of Python 2 (ASCII, latin1, bytes)
//   pickle BYTES PROTOCOL ENCODING BUFFERS  -> ok BYTES    loads a pickle and dumps it. BUFFERS are the buffers
//                                                          beside the pickle, r or w (writable) and digits, with commas
//   npz IN OUT LEVEL                        -> ok loads the file IN and dumps it as .npz, deflated at that level
//   json IN                                 -> ok JSON
//   audit IN                                -> ok VERDICT RULE TEXT    rule or kind of error, and words
// An error is "error KIND MESSAGE". Arrays keep their byte order.
#include <iostream>
#include <string>
#include <vector>

#include <larder/larder.h>

#include "tests/persist/reading.h"
#include "tests/support/hexadecimal.h"
#include "tests/support/questions.h"

namespace larder {
namespace {

using testing::as_stored;
using testing::buffers_from;
using testing::from_hex;
using testing::to_hex;

Python2Strings encoding_named(const std::string& name) {
  if (name == "ASCII") return Python2Strings::ascii;
  if (name == "latin1") return Python2Strings::latin1;
  if (name == "bytes") return Python2Strings::bytes;
  throw std::invalid_argument("unknown encoding: " + name);
}

void convert(const std::vector<std::string>& arguments) {
  DumpOptions options;
  options.file.sync = Sync::none;
  options.compress = Compress::parse(from_hex(arguments.at(2)));
  options.protocol = std::stoi(arguments.at(3));
  options.format = from_hex(arguments.at(4));
  LoadOptions reading = as_stored();
  reading.pickle.python2_strings = encoding_named(arguments.at(5));
  const Document document = load(Path(from_hex(arguments.at(0))), reading);
  dump(document.root(), Path(from_hex(arguments.at(1))), options);
  std::cout << "ok\n";
}

void npz(const std::vector<std::string>& arguments) {
  DumpOptions options;
  options.file.sync = Sync::none;
  options.format = "npz";
  options.deflate = std::stoi(arguments.at(2));
  dump(load(Path(from_hex(arguments.at(0))), as_stored()).root(), Path(from_hex(arguments.at(1))), options);
  std::cout << "ok\n";
}

void pickle(const std::vector<std::string>& arguments) {
  const std::string bytes = from_hex(arguments.at(0));
  const auto reader = memory_reader(as_bytes(bytes));
  LoadOptions options = as_stored();
  options.pickle.python2_strings = encoding_named(arguments.at(2));
  const std::vector<Region> buffers = buffers_from(arguments.at(3));
  options.pickle.buffers = buffers;
  const Document document = load(*reader, options);
  MemoryWriter writer;
  dump(document.root(), writer, {.protocol = std::stoi(arguments.at(1)), .format = "pickle"});
  std::cout << "ok " << to_hex(as_text(writer.bytes())) << '\n';
}

void audit_file(const std::vector<std::string>& arguments) {
  const Audit found = audit(Path(from_hex(arguments.at(0))));
  const Finding* const worst = found.worst();
  std::cout << "ok " << name_of(found.verdict);
  if (found.error) std::cout << ' ' << name_of(found.error->kind()) << ' ' << to_hex(found.error->what());
  if (!found.error && worst != nullptr)
    std::cout << ' ' << worst->rule << ' ' << to_hex(worst->name + ": " + std::string(worst->reason));
  std::cout << '\n';
}

void answer(const std::string& command, const std::vector<std::string>& arguments) {
  if (command == "convert") {
    convert(arguments);
  } else if (command == "npz") {
    npz(arguments);
  } else if (command == "pickle") {
    pickle(arguments);
  } else if (command == "audit") {
    audit_file(arguments);
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
