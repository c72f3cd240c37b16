// What one format can carry of what another one holds.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <larder/document.h>
#include <larder/export.h>
#include <larder/limits.h>

namespace larder {

struct CarryOptions {
  // Carry the arrays alone, each by its name, and leave out the rest, rather than refuse what the format cannot hold.
  bool arrays_only = false;
  // bfloat16 and float8 become float32, which holds the same numbers, where the format has no such dtype (npy, npz,
  // joblib, pickle). Not set: they are among what cannot be carried.
  bool widen = false;
  // `bytes` bounds what the Document may hold, as in a load.
  Limits limits{};
};

struct Carried {
  Document document;  // arrays share their bytes with the source's, unless they are widened
  // What was left out, and where it stood: "'model.optimizer': torch.optim.adam.Adam". The first thousand of
  // left_out_count.
  std::vector<std::string> left_out{};
  std::uint64_t left_out_count = 0;
};

// `root` as `format` can hold it:
// - joblib, pickle: everything but what is torch's: its tensors and Parameters become numpy arrays, a torch.Size a
//   tuple; other objects of torch (modules, sparse and quantized tensors) cannot be carried.
// - torch: what comes from torch as it is; otherwise plain data, whose arrays become tensors and numpy's scalars
//   numbers, so that torch.load reads it with weights_only=True. Objects and references cannot be carried.
// - npz, safetensors: the arrays by name. A dict of arrays keeps its names, a state_dict too; nested ones are joined
//   by dots, places of lists are numbers in brackets ("layers[0].weight").
// - h5: dicts as groups, with arrays, texts and numbers in them; lists of anything but texts cannot be carried.
// - npy: one array, whatever it is called. - bytes: one bytes or str.
// - All others hold, or refuse when they are written, what they say for themselves.
//
// Error `unsupported` where something cannot be carried and arrays_only is false: the message lists the first ten and
// says how many there are. Error `usage` for no such format, one that is not written, or two arrays of one name;
// `limit`. Thread-safe.
LARDER_API Carried carry(Value root, std::string_view format, const CarryOptions& options = {});

}  // namespace larder
