// Building files of torch: the pickle of one tensor, and what surrounds it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "archive.h"
#include "hostile.h"

namespace larder::testing {

inline std::string pickled(std::string_view text) { return "X" + little(text.size(), 4) + std::string(text); }
inline std::string pickled(std::int64_t number) { return "\x8a\x08" + little(static_cast<std::uint64_t>(number), 8); }
inline std::string pickled(const std::vector<std::int64_t>& numbers) {
  std::string out = "(";
  for (const std::int64_t number : numbers) out += pickled(number);
  return out + "t";
}

// A tensor, whose parts can be anything.
struct TensorFile {
  std::string call = "torch._utils\n_rebuild_tensor_v2\n";
  std::string storage_class = "torch\nFloatStorage\n";
  std::string key = "7";
  std::string location = "cpu";
  std::int64_t count = 6;
  std::string view = "";  // behind the count in the persistent id
  std::int64_t offset = 0;
  std::vector<std::int64_t> shape = {2, 3};
  std::vector<std::int64_t> strides = {3, 1};
  std::string rest = "\x89)";  // requires_grad, hooks, and what comes behind

  std::string storage() const {
    return "(" + pickled("storage") + "c" + storage_class + pickled(key) + pickled(location) + pickled(count) + view +
           "tQ";
  }
  // The opcodes of the tensor.
  std::string tensor() const {
    return "c" + call + "(" + storage() + pickled(offset) + pickled(shape) + pickled(strides) + rest + "tR";
  }
};

inline std::string pickle_of(const std::string& opcodes) { return raw("\x80\x02") + opcodes + "."; }

// A file of torch before 1.6: the object's opcodes, the keys of the storages, and what follows.
inline std::string legacy_file(const std::string& opcodes, const std::string& key, const std::string& storages) {
  return raw("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.") + pickle_of("M" + little(1001, 2)) +
         pickle_of("}") + pickle_of(opcodes) + pickle_of("]" + pickled(key) + "a") + storages;
}

// Elements as torch's legacy files hold them: their number, then `bytes`.
inline std::string legacy_storage(std::uint64_t count, const std::string& bytes) { return little(count, 8) + bytes; }

// An archive of torch: the object's opcodes, and other records.
inline std::string torch_file(const std::string& opcodes,
                              const std::vector<std::pair<std::string, std::string>>& records,
                              const std::string& folder = "archive/") {
  ZipFile file;
  file.parts.push_back(zip_part(folder + "data.pkl", pickle_of(opcodes)));
  for (const auto& [name, content] : records) file.parts.push_back(zip_part(folder + name, content));
  return bytes_of(file);
}

}  // namespace larder::testing
