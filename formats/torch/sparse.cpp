#include "formats/torch/sparse.h"

#include <array>

#include "base/text.h"
#include "formats/pickle/joblib_wrapper.h"
#include "formats/pickle/known.h"

namespace larder::internal {

namespace {

[[noreturn]] void bad(std::string_view what) { fail(ErrorKind::malformed, "a sparse tensor of torch: ", what); }

const Array* array_at(Value tuple, std::size_t index) {
  return tuple[index].is(ValueKind::array) ? &tuple[index].as_array() : nullptr;
}

bool is_int64(const Array& array) { return array.dtype().to_native() == DType::of<std::int64_t>(); }

std::int64_t element(const Array& array, std::uint64_t index) {
  const Array native = array.to_native();
  std::int64_t value = 0;
  native.copy_elements(index, 1, Order::c, std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

// (indices, values, size): a row of indices for each sparse axis, a column for each element.
void check_coordinates(const Array& indices, const Array& values) {
  if (indices.ndim() != 2 || !is_int64(indices)) bad("its indices are no matrix of int64");
  if (values.ndim() == 0 || indices.shape()[1] != values.shape()[0])
    bad(join("it has ", indices.shape()[1], " indices and ", values.ndim() == 0 ? 1 : values.shape()[0], " elements"));
}

// (compressed indices, plain indices, values, size): where each row begins, then the columns.
void check_compressed(const Array& compressed, const Array& plain, const Array& values) {
  if (compressed.ndim() != 1 || plain.ndim() != 1 || values.ndim() == 0 || !is_int64(compressed)) return;  // batches
  if (plain.shape()[0] != values.shape()[0])
    bad(join("it has ", plain.shape()[0], " indices and ", values.shape()[0], " elements"));
  if (compressed.size() == 0) bad("it does not say where its rows begin");
  const std::int64_t end = element(compressed, compressed.size() - 1);
  if (element(compressed, 0) != 0 || end < 0 || static_cast<std::uint64_t>(end) != values.shape()[0])
    bad(join("its rows end at ", end, ", its elements at ", values.shape()[0]));
}

}  // namespace

bool makes_sparse_tensor(Value callable) {
  return is_global(callable, "torch._utils", "_rebuild_sparse_tensor") ||
         is_global(callable, "torch._utils", "_rebuild_sparse_csr_tensor");
}

void check_sparse_tensor(Value object) {
  const Value arguments = object.arguments();
  if (arguments.size() != 2 || !arguments[1].is(ValueKind::tuple) || arguments[1].size() < 3) return;
  const Value parts = arguments[1];
  const auto layout = arguments[0].is(ValueKind::object) && arguments[0].arguments().is(ValueKind::tuple) &&
                              !arguments[0].arguments().empty()
                          ? text_of(arguments[0].arguments()[0])
                          : std::nullopt;
  const std::array arrays = {array_at(parts, 0), array_at(parts, 1), array_at(parts, 2)};
  if (arrays[0] == nullptr || arrays[1] == nullptr) return;
  if (layout == "torch.sparse_coo") return check_coordinates(*arrays[0], *arrays[1]);
  if (arrays[2] != nullptr) check_compressed(*arrays[0], *arrays[1], *arrays[2]);
}

}  // namespace larder::internal
