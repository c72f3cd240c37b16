#include "formats/torch/write.h"

#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "base/text.h"
#include "document/records.h"
#include "formats/elements.h"
#include "formats/pickle/known.h"
#include "formats/pickle/writer.h"
#include "formats/torch/types.h"
#include "formats/zip/writer.h"

namespace larder::internal {

namespace {

constexpr int protocol = 2;                                 // what torch.load(weights_only=True) reads
constexpr ZipStyle style{.date = 0, .always_zip64 = true};  // as torch writes it

Value as_value(std::uint64_t count) { return Value::integer(static_cast<std::int64_t>(count)); }

// What stands for tensors in the pickle, and the storages that it names.
class TensorWriter {
 public:
  PickleWriteHooks hooks() {
    PickleWriteHooks hooks;
    hooks.stands_for = [this](Value value) { return stands_for(value); };
    return hooks;
  }

  // By key: the elements, with one axis.
  const std::vector<Array>& storages() const noexcept { return storages_; }

 private:
  std::optional<Value> stands_for(Value value) {
    if (const auto found = made_.find(value.identity()); found != made_.end()) return found->second;
    const auto other = value.is(ValueKind::array) ? tensor(value) : std::nullopt;
    if (other) made_.emplace(value.identity(), *other);
    if (value.is(ValueKind::object) && value.form() == ObjectForm::persistent_id && !ids_.contains(value.identity())) {
      fail(ErrorKind::unsupported,
           "a reference that only another program can resolve, or a tensor without elements, cannot be written for "
           "torch");
    }
    return other;
  }

  std::optional<Value> tensor(Value value) {
    const auto& [array, stand_in] = Access::array(value);
    if (stand_in.is_none()) return new_tensor(array);
    if (!stand_in.is(ValueKind::object)) return std::nullopt;
    if (stand_in.form() == ObjectForm::persistent_id) return storage_of(array, stand_in.arguments());
    const Value callable = stand_in.callable();
    if (!callable.is(ValueKind::global) || callable.module_name() != "torch._utils") return std::nullopt;
    return same_tensor(array, stand_in);
  }

  // As it was read: only the key of the storage is another.
  Value same_tensor(const Array& array, Value stand_in) {
    const auto arguments = Access::members(stand_in.arguments());
    const std::size_t itemsize = array.dtype().itemsize();
    const Region whole = array.region();
    const auto offset = array.size() == 0 ? 0 : static_cast<std::size_t>(array.origin() - whole.data()) / itemsize;
    std::vector<Value> parts = {storage_of(array, Access::array(arguments[0]).stand_in.arguments()), as_value(offset),
                                shape_of(array), strides_of(array)};
    parts.insert(parts.end(), arguments.begin() + 4, arguments.end());
    return call(stand_in.callable(), parts);
  }

  // Over its own bytes, packed.
  Value new_tensor(const Array& array) {
    const TorchType* const type = type_of_elements(array.dtype());
    if (type == nullptr) fail(ErrorKind::unsupported, "torch has no dtype ", array.dtype().name());
    const Order order = array.storage_order();
    const Array packed = Array::from_region(array.dtype(), array.shape(), order, packed_bytes(array, order));
    const bool has_class = !type->storage.empty();
    const Value storage_class =
        has_class ? interned_.global("torch", type->storage) : interned_.global("torch.storage", "UntypedStorage");
    std::vector<Value> parts = {storage(packed.dtype(), packed.region(), storage_class, interned_.str("cpu")),
                                Value::integer(0),
                                shape_of(packed),
                                strides_of(packed),
                                Value::boolean(false),
                                call(interned_.global("collections", "OrderedDict"), {})};
    if (!has_class) parts.push_back(interned_.global("torch", type->name));
    return call(interned_.global("torch._utils", has_class ? "_rebuild_tensor_v2" : "_rebuild_tensor_v3"), parts);
  }

  static Region packed_bytes(const Array& array, Order order) {
    if (!array.is_contiguous(order)) return array.copy(order).region();
    if (array.size() == 0) return {};
    const Region region = array.region();
    return region.slice(static_cast<std::size_t>(array.origin() - region.data()),
                        static_cast<std::size_t>(array.nbytes()));
  }

  // The persistent id of the whole storage that the array lives in, as `id` names it.
  Value storage_of(const Array& array, Value id) { return storage(array.dtype(), array.region(), id[1], id[3]); }

  Value storage(const DType& dtype, Region bytes, Value storage_class, Value location) {
    const std::size_t itemsize = type_of_storage(storage_class)->itemsize;
    const std::uint64_t count = bytes.size() / itemsize;
    const auto place = std::tuple(bytes.data(), bytes.size(), type_of_storage(storage_class));
    std::size_t key = storages_.size();
    if (const auto found = keys_.find(place); found != keys_.end() && !bytes.empty()) {
      key = found->second;
    } else {
      keys_.insert_or_assign(place, key);
      storages_.push_back(little(dtype, std::move(bytes)));
    }
    const Value parts[] = {interned_.str("storage"), storage_class, interned_.str(std::to_string(key)), location,
                           as_value(count)};
    const Value made = scratch().object(ObjectForm::persistent_id, {}, scratch().tuple(parts));
    ids_.insert(made.identity());
    return made;
  }

  // The bytes of a storage in the order that the archive says.
  static Array little(const DType& dtype, Region bytes) {
    const std::uint64_t count = bytes.size() / dtype.itemsize();
    if (dtype.order() == ByteOrder::big)
      return Array::from_region(dtype, {count}, Order::c, std::move(bytes)).byte_swapped();
    const std::uint64_t size = bytes.size();
    return Array::from_region(DType::of<std::byte>(), {size}, Order::c, std::move(bytes));
  }

  Value shape_of(const Array& array) {
    std::vector<Value> sizes;
    for (const std::uint64_t size : array.shape()) sizes.push_back(as_value(size));
    return scratch().tuple(sizes);
  }

  Value strides_of(const Array& array) {
    const auto itemsize = static_cast<std::int64_t>(array.dtype().itemsize());
    std::vector<Value> strides;
    for (const std::int64_t stride : array.strides()) strides.push_back(Value::integer(stride / itemsize));
    return scratch().tuple(strides);
  }

  Value call(Value callable, std::span<const Value> arguments) {
    return scratch().object(ObjectForm::reduce, callable, scratch().tuple(arguments));
  }

  Document& scratch() { return interned_.scratch(); }

  Interned interned_;
  std::map<const void*, Value> made_;  // by the array's identity
  std::set<const void*> ids_;          // the persistent ids made here
  std::vector<Array> storages_;
  std::map<std::tuple<const std::byte*, std::size_t, const TorchType*>, std::size_t> keys_;
};

std::string folder_for(std::string_view name) {
  const std::string_view stem = name.substr(0, name.rfind('.'));
  return std::string(stem.empty() ? "archive" : stem) + '/';
}

}  // namespace

void write_torch(Value value, Writer& writer, std::string_view name) {
  TensorWriter tensors;
  MemoryWriter pickle;
  const WriteOptions options{.protocol = protocol, .pickle = {}};
  PickleWriter(pickle, PickleStyle::cpython, options, tensors.hooks()).write(value);
  pickle.finish();

  const std::string folder = folder_for(name);
  ZipWriter archive(writer, style);
  archive.add(folder + "data.pkl", pickle.bytes());
  archive.add(folder + "byteorder", as_bytes("little"));
  for (std::size_t key = 0; key < tensors.storages().size(); ++key) {
    const Array& storage = tensors.storages()[key];
    archive.add(folder + "data/" + std::to_string(key), storage.nbytes(), 0,
                [&](Writer& content) { write_elements(storage, Order::c, content); });
  }
  archive.add(folder + "version", as_bytes("3\n"));
  archive.finish();
}

}  // namespace larder::internal
