// Weights of a Keras model in several files: which file has which.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "formats/keras/weights.h"

namespace larder::internal {

// The files that the "weight_map" of an index names, each once, in its order. A group ("/layers/dense/vars") lies in
// one, or in a list of them. Error `malformed`.
std::vector<std::string> files_of_weight_map(Value index);

// Weights that are to be written to several files. Borrows the values.
class KerasSharding {
 public:
  // files: a dict of a weight's path to the name of the file that it was read from, or None. What came from one file
  // goes to one file; weights without a name follow, group by group, in files of about `most_bytes`. Error
  // `unsupported` for what is no dict of names.
  KerasSharding(const KerasWeights& weights, Value files, std::uint64_t most_bytes);

  // At least one: Keras opens the first in any case.
  std::size_t count() const noexcept { return sizes_.size(); }

  // What goes to the file of this number, in `document`.
  KerasWeights part(std::size_t number, Document& document) const;

  // The index: where each group lies, and how many bytes all weights have. names: of the files.
  Value index(const std::vector<std::string>& names, Document& document) const;

 private:
  std::size_t choose_file(std::string_view path, Value files);
  std::size_t file_of_attributes(std::string_view path) const;

  KerasWeights weights_;
  std::uint64_t most_bytes_;
  std::vector<std::uint64_t> sizes_;                                     // of the files
  std::map<std::string, std::size_t, std::less<>> numbers_;              // of the files, by the names they had
  std::map<std::string, std::size_t, std::less<>> files_;                // by weight
  std::map<std::string, std::vector<std::size_t>, std::less<>> groups_;  // in which files a group lies
};

}  // namespace larder::internal
