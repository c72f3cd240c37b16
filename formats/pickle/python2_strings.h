// str of Python 2: bytes in an encoding that the file does not name.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include <larder/document.h>
#include <larder/pickle.h>

namespace larder::internal {

// Makes values of them, as the caller chose. Not thread-safe.
class Python2StringReader {
 public:
  // document: borrowed.
  Python2StringReader(Document& document, Python2Strings choice) : document_(document), choice_(choice) {}

  // content: in the document's arena. at: where in the file, for a message.
  Value read(Bytes content, std::uint64_t at);

  // The bytes that a value holds that is used as data: bytes and bytearrays themselves, and str of Python 2, whatever
  // the choice. Nothing for others.
  std::optional<Bytes> data(Value value);

  // Called at the end: with the choice `ascii`, Error `unsupported` where a str was not ASCII and was no data.
  void finish() const;

 private:
  Document& document_;
  Python2Strings choice_;
  std::map<const void*, std::uint64_t> undecoded_;  // where each is in the file
};

}  // namespace larder::internal
