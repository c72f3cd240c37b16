#include "formats/torch/tensors.h"

#include <unordered_set>

#include "base/text.h"
#include "document/records.h"
#include "document/walk.h"
#include "formats/pickle/joblib_wrapper.h"
#include "formats/pickle/known.h"
#include "formats/torch/sparse.h"

namespace larder::internal {

namespace {

constexpr std::string_view module_of_calls = "torch._utils";

[[noreturn]] void bad(std::string_view what) { fail(ErrorKind::malformed, "a tensor of torch: ", what); }

std::uint64_t count_of(Value value, std::string_view what) {
  if (!value.is(ValueKind::integer) || !value.fits_int64() || value.as_int() < 0)
    bad(join("its ", what, " is no number of elements"));
  return static_cast<std::uint64_t>(value.as_int());
}

std::vector<std::uint64_t> counts_of(Value tuple, std::string_view what) {
  if (!tuple.is(ValueKind::tuple)) bad(join("its ", what, " is no tuple"));
  std::vector<std::uint64_t> counts;
  counts.reserve(tuple.size());
  for (const Value count : Access::members(tuple)) counts.push_back(count_of(count, what));
  return counts;
}

// The offset, shape and strides behind the storage in the arguments of a call.
StorageView view_in(Value arguments) {
  StorageView view{count_of(arguments[1], "offset"), counts_of(arguments[2], "shape"),
                   counts_of(arguments[3], "strides")};
  if (view.shape.size() != view.strides.size()) bad("its shape and strides have not the same number of axes");
  return view;
}

// Whether the numbers that are stored stand for others: for their conjugates, or with the other sign.
bool stands_for_others(Value arguments, std::size_t metadata) {
  if (arguments.size() <= metadata || !arguments[metadata].is(ValueKind::dict)) return false;
  for (std::size_t i = 0; i < arguments[metadata].size(); ++i) {
    const Value flag = arguments[metadata].value(i);
    if (flag.is(ValueKind::boolean) && flag.as_bool()) return true;
  }
  return false;
}

}  // namespace

Value entries_named(Value root, std::span<const std::string> names, Document& document) {
  const Value entries = root.is(ValueKind::object) ? root.entries() : root;
  if (!entries.is(ValueKind::dict)) return root;
  const Value chosen = document.dict();
  for (const std::string& name : names) {
    if (const auto found = entries.find(name)) document.insert(chosen, document.str(name), *found);
  }
  return chosen;
}

PickleReadHooks TensorReader::hooks() {
  PickleReadHooks hooks;
  hooks.on_persistent_id = [this](Value object) { return on_persistent_id(object); };
  hooks.on_call = [this](Value object) { return on_call(object); };
  return hooks;
}

// ('storage', class, key, location, count), and before torch 1.6 (view key, offset, count) or None behind it;
// ('module', class, file, source text) stands for the class.
Value TensorReader::on_persistent_id(Value object) {
  const Value id = object.arguments();
  const auto kind = id.is(ValueKind::tuple) && !id.empty() ? text_of(id[0]) : std::nullopt;
  if (kind == "module" && id.size() == 4 && id[1].is(ValueKind::global)) return id[1];
  if (kind != "storage" || id.size() < 5) return object;
  const TorchType* const type = type_of_storage(id[1]);
  if (type == nullptr) return object;
  const auto key = text_of(id[2]);
  if (!key) bad("the key of its storage is no text");
  if (has_storage_ && !has_storage_(std::string(*key))) {
    if (text_of(id[3]) == "meta") return object;
    bad(join("its storage ", internal::quoted(*key), " is not in the file"));
  }
  const TorchStorage& storage = storage_of(id);
  Tensor whole{.array = {}, .storage = &storage, .type = type, .part_count = storage.count, .view = {}};
  if (id.size() > 5 && id[5].is(ValueKind::tuple)) {
    if (id[5].size() != 3) bad("the view of its storage has not three parts");
    whole.part_offset = count_of(id[5][1], "view's offset");
    whole.part_count = count_of(id[5][2], "view's size");
  }
  whole.view = {.offset = 0, .shape = {whole.part_count}, .strides = {1}};
  return make(object, std::move(whole));
}

const TorchStorage& TensorReader::storage_of(Value id) {
  const TorchType* const type = type_of_storage(id[1]);
  const std::uint64_t count = count_of(id[4], "storage's size");
  const std::string key(*text_of(id[2]));
  static_cast<void>(checked_nbytes({count}, type->itemsize));
  const auto [found, is_new] = storages_.try_emplace(key, TorchStorage{key, type, count});
  const TorchStorage& storage = found->second;
  if (storage.type != type || storage.count != count)
    bad(join("its storage ", internal::quoted(key), " is another one in another place"));
  return storage;
}

Value TensorReader::on_call(Value object) {
  const Value callable = object.callable();
  if (!callable.is(ValueKind::global) || callable.module_name() != module_of_calls) return object;
  const std::string_view name = callable.qualified_name();
  if (name == "_rebuild_tensor" || name == "_rebuild_tensor_v2" || name == "_rebuild_tensor_v3") return tensor(object);
  if (name == "_rebuild_qtensor") quantized(object);
  if (makes_sparse_tensor(callable)) sparse_.push_back(object);
  return object;
}

// (storage, offset, shape, strides), then (requires_grad, hooks), and in v3 the dtype; at last {"conj": .., "neg": ..}.
Value TensorReader::tensor(Value object) {
  const Value arguments = object.arguments();
  const std::string_view name = object.callable().qualified_name();
  const std::size_t least = name == "_rebuild_tensor" ? 4 : name == "_rebuild_tensor_v2" ? 6 : 7;
  if (arguments.size() < least || arguments.size() > least + 1) bad(join(name, " has another number of arguments"));
  const Tensor* const whole = whole_storage(arguments[0]);
  if (whole == nullptr || stands_for_others(arguments, least)) return object;
  Tensor made = *whole;
  if (least == 7) made.type = type_of_dtype(arguments[6]);
  if (made.type == nullptr || made.type->packed) return object;
  made.view = view_in(arguments);
  return make(object, std::move(made));
}

// (storage, offset, shape, strides, quantizer, requires_grad, hooks): the stored integers get the tensor's shape.
void TensorReader::quantized(Value object) {
  const auto arguments = Access::members(object.arguments());
  if (arguments.size() < 5) bad("_rebuild_qtensor has another number of arguments");
  const Tensor* const whole = whole_storage(arguments[0]);
  if (whole == nullptr || whole->type->packed) return;
  Tensor made = *whole;
  made.view = view_in(object.arguments());
  arguments[0] = make(Access::array(arguments[0]).stand_in, std::move(made));
}

Value TensorReader::make(Value stand_in, Tensor tensor) {
  tensor.array = Access::make_array(document_, Array(), stand_in);
  if (stand_in.form() == ObjectForm::persistent_id) storage_arrays_.emplace(tensor.array.identity(), tensors_.size());
  tensors_.push_back(std::move(tensor));
  return tensors_.back().array;
}

const TensorReader::Tensor* TensorReader::whole_storage(Value value) const {
  if (!value.is(ValueKind::array)) return nullptr;
  const auto found = storage_arrays_.find(value.identity());
  return found == storage_arrays_.end() ? nullptr : &tensors_[found->second];
}

void TensorReader::keep_only(Value root) {
  std::unordered_set<const void*> wanted;
  walk(root, [&](Value value) {
    if (value.is(ValueKind::array)) wanted.insert(value.identity());
  });
  sparse_.clear();  // parts of them may have no elements now
  std::erase_if(tensors_, [&](const Tensor& tensor) { return !wanted.contains(tensor.array.identity()); });
}

void TensorReader::resolve(ByteOrder order, bool native_byte_order,
                           const std::function<Array(const TorchStorage& storage)>& storage_elements) {
  std::map<std::string_view, Array> storages;
  for (const Tensor& tensor : tensors_) {
    const std::string& key = tensor.storage->key;
    auto found = storages.find(key);
    if (found == storages.end()) found = storages.emplace(key, storage_elements(*tensor.storage)).first;
    try {
      Access::array(tensor.array).array = elements(tensor, found->second, order, native_byte_order);
    } catch (Error& error) {
      if (!error.has_place()) error.at(join("a tensor of the storage ", internal::quoted(key)));
      throw;
    }
  }
}

void TensorReader::check_sparse() const {
  for (const Value object : sparse_) check_sparse_tensor(object);
}

Array TensorReader::elements(const Tensor& tensor, const Array& storage, ByteOrder order,
                             bool native_byte_order) const {
  const TorchType& stored = *tensor.storage->type;
  const bool is_stored = tensor.type->kind == stored.kind && tensor.type->itemsize == stored.itemsize;
  const Array array = view_of(part_of(storage, tensor.part_offset, tensor.part_count),
                              is_stored ? storage.dtype() : tensor.type->dtype(order), tensor.view, limits_);
  return native_byte_order ? array.to_native() : array;
}

}  // namespace larder::internal
