// The built-in formats. Adding one costs its .cpp, a declaration here and a row in table.cpp.
#pragma once

#include <larder/plugin/format.h>

namespace larder::internal {

const Format& npy_format();
const Format& npz_format();
const Format& torch_format();
const Format& torchscript_format();
const Format& keras_format();
const Format& keras_shards_format();
const Format& h5_format();
const Format& safetensors_format();
const Format& safetensors_index_format();
const Format& torch_legacy_format();
const Format& torch_tar_format();
const Format& tf_checkpoint_format();
const Format& onnx_format();
const Format& pmml_format();
const Format& joblib_format();
const Format& pickle_format();
const Format& gensim_format();
const Format& word2vec_format();
const Format& word2vec_text_format();
const Format& json_format();
const Format& bytes_format();

}  // namespace larder::internal
