// A file without the elements of its tensors, and the same file again.
#pragma once

#include <memory>
#include <vector>

#include <larder/document.h>
#include <larder/reader.h>

#include "formats/onnx/model.h"

namespace larder::internal {

// Where the elements of the model's tensors lie in it as they are, in the order of the file.
std::vector<WireRange> plain_ranges(const OnnxModel& model);

// {"bytes": the file without these ranges, "cuts": [[offset, size], ..] in the file}, a value of `document`.
Value cut_file(WholeSource& whole, const std::vector<WireRange>& ranges, Document& document);

// Reads such a value as the file that it was made of, with zeros where something was cut. Borrows it. Can seek.
class CutReader final : public Reader {
 public:
  // Error `unsupported` for a value that `cut_file` did not make.
  explicit CutReader(Value cut);

  // In the order of the file.
  const std::vector<WireRange>& cuts() const noexcept { return cuts_; }

 private:
  std::size_t do_read(MutableBytes out) override;
  bool do_can_seek() const override { return true; }
  void do_seek(std::uint64_t position) override { at_ = position; }
  std::optional<std::uint64_t> do_size() const override { return size_; }
  std::string do_name() const override { return "the ONNX model"; }

  Bytes bytes_;
  std::vector<WireRange> cuts_;
  std::vector<std::uint64_t> missing_;  // bytes of all cuts in front of each, and of all
  std::uint64_t size_ = 0;
  std::uint64_t at_ = 0;
};

}  // namespace larder::internal
