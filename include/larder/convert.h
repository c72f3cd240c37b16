// What one format can carry of what another one holds.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <larder/document.h>
#include <larder/export.h>

namespace larder {

struct CarryOptions {
  // Leave out what the format cannot hold, rather than refuse.
  bool arrays_only = false;
  // bfloat16 and float8 become float32, which holds the same values, where the format has no such dtype (npy, npz,
  // joblib, pickle, json). Not set: they are among what cannot be carried.
  bool widen = false;
};

struct Carried {
  Document document;                  // arrays share their bytes with the source's
  std::vector<std::string> left_out;  // paths, with what stands there: "model.optimizer: torch.optim.Adam"
};

// `root` as `format` can hold it. Tensors of any library become the target's own: numpy arrays in joblib, pickle, npy
// and npz, torch's tensors in torch. For formats of arrays by name each array is called by its path, the dots of
// find_path between dicts ("layer.0.weight"); a state_dict keeps its own names.
//
// Error `unsupported` where something cannot be carried and arrays_only is false: the message lists the first ten and
// how many there are. Error `usage` for no such format, one that is not written, or two arrays of one name.
// Thread-safe.
LARDER_API Carried carry(Value root, std::string_view format, const CarryOptions& options = {});

}  // namespace larder
