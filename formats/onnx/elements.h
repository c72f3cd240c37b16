// The elements of ONNX's tensors as values.
#pragma once

#include <memory>
#include <string>

#include <larder/document.h>

#include "formats/onnx/tensor.h"

namespace larder::internal {

// Reads tensors one by one. Borrows all of it. What is read into memory counts for the budget of `whole`, files beside
// it too.
class OnnxElements {
 public:
  OnnxElements(WholeSource& whole, Document& document) : whole_(whole), document_(document) {}

  // An array, mapped where the source is and the file has the elements as they are. Elements that are smaller than a
  // byte are a dict: {"dtype": "int4", "shape": [..], "packed": array of uint8}; texts are bytes, or lists of bytes,
  // one level an axis. Errors: `malformed`, `limit`, and of open_sibling.
  Value read(const OnnxTensor& tensor);

 private:
  Array array(const OnnxTensor& tensor);
  Array plain(const OnnxTensor& tensor, const Shape& shape);
  Array listed(const OnnxTensor& tensor, const Shape& shape);
  Array external(const OnnxTensor& tensor, const Shape& shape);
  Value texts(const OnnxTensor& tensor);
  void open(const std::string& location);

  // A file beside the model. One is open at a time: there may be one for each tensor.
  struct Sibling {
    std::string name;
    std::unique_ptr<Reader> reader;
    std::optional<Region> mapped;
  };

  WholeSource& whole_;
  Document& document_;
  Sibling sibling_;
};

}  // namespace larder::internal
