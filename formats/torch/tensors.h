// The tensors of a pickle of torch's: persistent ids and calls become arrays, whose storages are read afterwards.
//
// Source of the calls: torch/_utils.py and torch/serialization.py (docs/formats/torch.md).
#pragma once

#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <larder/array.h>
#include <larder/document.h>
#include <larder/plugin/format.h>

#include "formats/pickle/hooks.h"
#include "formats/torch/types.h"
#include "formats/torch/view.h"

namespace larder::internal {

// Elements that tensors share, as the pickle tells of them: one for each key.
struct TorchStorage {
  std::string key;
  const TorchType* type = nullptr;
  std::uint64_t count = 0;  // of elements; their bytes are fewer than 2^63
};

// The entries of `root`, a dict or an OrderedDict, with these names, as a dict; names that are not there are left out.
// A root without names stays as it is.
Value entries_named(Value root, std::span<const std::string> names, Document& document);

// Collects the tensors of one document while a machine runs with its hooks. Arrays that the hooks return have no
// elements before `resolve`. Their stand-in is the object of the file, a call whose first argument is the storage: an
// array with one axis, whose own stand-in is the persistent id. What has no plain elements (sparse and quantized
// tensors, subclasses, Parameters) stays an object with such arrays inside. Borrows the Document, and must outlive the
// hooks. Not thread-safe.
class TensorReader {
 public:
  // has_storage: whether there is one of that key; where there is none, persistent ids to "meta" storages stay objects,
  // others are Error `malformed`. Empty: not known yet, all are there.
  TensorReader(Document& document, const Limits& limits, std::function<bool(const std::string& key)> has_storage = {})
      : document_(document), limits_(limits), has_storage_(std::move(has_storage)) {}

  // Errors: `malformed` for ids and calls that torch would refuse, and for storages of one key that differ.
  PickleReadHooks hooks();

  // By key.
  const std::map<std::string, TorchStorage, std::less<>>& storages() const noexcept { return storages_; }

  // Forgets the arrays that are not below `root`: nobody will ask for their elements.
  void keep_only(Value root);

  // Gives the arrays their elements. storage_elements(storage) is called once for each storage that they need, and
  // returns its elements with one axis. order: of the numbers in untyped storages. Errors: `malformed` for tensors that
  // reach outside their storage, `limit` for those that repeat so few elements so often that a copy would be beyond
  // Limits::bytes; and the function's own.
  void resolve(ByteOrder order, bool native_byte_order,
               const std::function<Array(const TorchStorage& storage)>& storage_elements);

  // Afterwards, where all elements were read: Error `malformed` for sparse tensors whose parts contradict each other.
  void check_sparse() const;

 private:
  // What an array will be, once its storage is there.
  struct Tensor {
    Value array;
    const TorchStorage* storage;
    const TorchType* type;
    std::uint64_t part_offset = 0;  // of the part of the storage that the view is of, in elements of the storage
    std::uint64_t part_count = 0;
    StorageView view;
  };

  Value on_persistent_id(Value object);
  Value on_call(Value object);
  const TorchStorage& storage_of(Value id);
  Value tensor(Value object);
  void quantized(Value object);
  Value make(Value stand_in, Tensor tensor);
  // The tensor that is a whole storage, where `value` is one.
  const Tensor* whole_storage(Value value) const;
  Array elements(const Tensor& tensor, const Array& storage, ByteOrder order, bool native_byte_order) const;

  Document& document_;
  const Limits& limits_;
  std::function<bool(const std::string&)> has_storage_;
  std::map<std::string, TorchStorage, std::less<>> storages_;
  std::vector<Tensor> tensors_;
  std::vector<Value> sparse_;                          // objects made of tensors
  std::map<const void*, std::size_t> storage_arrays_;  // by identity: which of tensors_ they are
};

}  // namespace larder::internal
