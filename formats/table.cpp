#include "formats/table.h"

#include <algorithm>

namespace larder {

Format::Format(FormatInfo info) : info_(std::move(info)) {
  if (info_.family.empty()) info_.family = info_.name;
}

ArrayChoice::~ArrayChoice() = default;
Format::~Format() = default;

const std::vector<const Format*>& formats() {
  // Formats with a magic number come before those that only look plausible.
  // clang-format off
  static const std::vector<const Format*> all = {
      &internal::npy_format(),
      &internal::npz_format(),
      &internal::torch_format(),
      &internal::torchscript_format(),
      &internal::keras_format(),
      &internal::h5_format(),
      &internal::safetensors_format(),
      &internal::torch_legacy_format(),
      &internal::torch_tar_format(),
      &internal::pmml_format(),
      &internal::tf_checkpoint_format(),
      &internal::keras_shards_format(),
      &internal::onnx_format(),
      &internal::joblib_format(),
      &internal::pickle_format(),
      &internal::gensim_format(),
      &internal::word2vec_format(),
      &internal::word2vec_text_format(),
      &internal::json_format(),
      &internal::safetensors_index_format(),
      &internal::bytes_format(),
  };
  // clang-format on
  return all;
}

const Format* find_format(std::string_view name) {
  const auto found = std::ranges::find_if(formats(), [&](const Format* format) { return format->info().name == name; });
  return found == formats().end() ? nullptr : *found;
}

const Format* find_format_by_extension(std::string_view filename) {
  const Format* found = nullptr;
  std::size_t longest = 0;
  for (const Format* const format : formats()) {
    for (const std::string& extension : format->info().extensions) {
      if (extension.size() <= longest || !filename.ends_with(extension)) continue;
      found = format;
      longest = extension.size();
    }
  }
  return found;
}

}  // namespace larder
