#include <charconv>
#include <map>

#include "base/byte_order.h"
#include "base/text.h"
#include "document/records.h"
#include "formats/pickle/joblib_wrapper.h"
#include "formats/pickle/machine.h"
#include "formats/table.h"
#include "formats/torch/old_format.h"
#include "formats/torch/tar.h"
#include "formats/torch/tensors.h"
#include "formats/torch/types.h"
#include "formats/torch/view.h"

namespace larder::internal {

namespace {

[[noreturn]] void bad(std::string_view what) { fail(ErrorKind::malformed, "a tar archive of torch: ", what); }

std::int64_t number_in(Value value, std::string_view what) {
  if (!value.is(ValueKind::integer) || !value.fits_int64()) bad(join("its ", what, " is no number"));
  return value.as_int();
}

// One member, read from front to back: pickles with raw numbers between them.
class MemberReader {
 public:
  MemberReader(WholeSource& whole, const TarMember& member, Document& document)
      : whole_(whole),
        offset_(member.offset),
        reader_(whole.reader(member.offset, member.size)),
        source_(whole.inside(*reader_, member.offset, member.size)),
        document_(document) {}

  Value pickle(PickleReadHooks hooks = {}) {
    PickleInput input(*reader_, source_.limits);
    const Value value = PickleMachine(input, document_, source_, std::move(hooks)).run();
    input.release();
    return value;
  }

  template <class T>
  T number(std::string_view what) {
    std::byte bytes[sizeof(T)];
    reader_->read_exactly(bytes, what);
    return load_le<T>(bytes);
  }

  std::uint64_t count(std::string_view what) {
    const auto number = this->number<std::int64_t>(what);
    if (number < 0) bad(join(what, " is negative"));
    return static_cast<std::uint64_t>(number);
  }

  Array elements(const DType& dtype, std::uint64_t count) {
    Array array = whole_.elements(offset_ + reader_->position(), dtype, {count}, Order::c);
    reader_->skip(array.nbytes(), "a storage");
    return array;
  }

 private:
  WholeSource& whole_;
  std::uint64_t offset_;
  std::unique_ptr<Reader> reader_;
  ReadSource source_;
  Document& document_;
};

// Reads one archive: storages, then tensors over them, then the pickle that refers to both by number.
class TarReader {
 public:
  TarReader(WholeSource& whole, Document& document)
      : whole_(whole), document_(document), members_(tar_members(whole)) {}

  Value read() {
    read_storages();
    read_tensors();
    PickleReadHooks hooks;
    hooks.on_persistent_id = [this](Value object) { return resolved(object); };
    return member("pickle").pickle(std::move(hooks));
  }

 private:
  MemberReader member(std::string_view name) {
    const auto found = members_.find(name);
    if (found == members_.end()) bad(join("it holds no ", internal::quoted(name), ", so it is no file of torch"));
    return {whole_, found->second, document_};
  }

  void read_storages() {
    MemberReader reader = member("storages");
    for (std::int64_t left = number_in(reader.pickle(), "number of storages"); left > 0; --left) {
      const Value head = reader.pickle();  // (key, location, class)
      if (!head.is(ValueKind::tuple) || head.size() != 3) bad("a storage has not three parts");
      const TorchType* const type = type_of_storage(head[2]);
      if (type == nullptr) bad("a storage is of no class that torch has");
      const std::uint64_t count = reader.count("the size of a storage");
      storages_.insert_or_assign(number_in(head[0], "storage's key"),
                                 reader.elements(type->dtype(ByteOrder::little), count));
    }
    const Value views = reader.pickle();
    if (!views.is(ValueKind::list)) bad("its views of storages are no list");
    for (const Value view : Access::members(views)) {
      if (!view.is(ValueKind::tuple) || view.size() != 4) bad("a view of a storage has not four parts");
      const std::int64_t offset = number_in(view[2], "view's offset");
      const std::int64_t count = number_in(view[3], "view's size");
      if (offset < 0 || count < 0) bad("a view of a storage lies outside it");
      storages_.insert_or_assign(
          number_in(view[0], "view's key"),
          part_of(storage(view[1]), static_cast<std::uint64_t>(offset), static_cast<std::uint64_t>(count)));
    }
  }

  const Array& storage(Value key) {
    const auto found = storages_.find(number_in(key, "storage's key"));
    if (found == storages_.end()) bad("a storage is missing");
    return found->second;
  }

  void read_tensors() {
    MemberReader reader = member("tensors");
    for (std::int64_t left = number_in(reader.pickle(), "number of tensors"); left > 0; --left) {
      const Value head = reader.pickle();  // (key, key of the storage, class)
      if (!head.is(ValueKind::tuple) || head.size() != 3) bad("a tensor has not three parts");
      const auto axes = reader.number<std::int32_t>("the axes of a tensor");
      static_cast<void>(reader.number<std::int32_t>("the axes of a tensor"));
      if (axes < 0 || axes > most_axes) bad(join("a tensor has ", axes, " axes"));
      StorageView view;
      for (std::int32_t axis = 0; axis < axes; ++axis) view.shape.push_back(reader.count("the shape of a tensor"));
      for (std::int32_t axis = 0; axis < axes; ++axis) view.strides.push_back(reader.count("the strides of a tensor"));
      view.offset = reader.count("the offset of a tensor");
      const Array& elements = storage(head[1]);
      tensors_.insert_or_assign(number_in(head[0], "tensor's key"),
                                document_.array(view_of(elements, elements.dtype(), view, whole_.source().limits)));
    }
  }

  // A number in decimal is a tensor or a storage; (class, file, source text) stands for the class.
  Value resolved(Value object) {
    const Value id = object.arguments();
    if (id.is(ValueKind::tuple) && !id.empty()) return id[0];
    const auto text = text_of(id);
    if (!text) bad("a reference is no number");
    std::int64_t key = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), key);
    if (error != std::errc() || end != text->data() + text->size()) bad("a reference is no number");
    if (const auto found = tensors_.find(key); found != tensors_.end()) return found->second;
    const auto found = storages_.find(key);
    if (found == storages_.end()) bad(join("it refers to ", key, ", which it does not hold"));
    return tensors_.emplace(key, document_.array(found->second)).first->second;
  }

  static constexpr std::int32_t most_axes = 64;

  WholeSource& whole_;
  Document& document_;
  std::map<std::string, TarMember, std::less<>> members_;
  std::map<std::int64_t, Array> storages_;
  std::map<std::int64_t, Value> tensors_;
};

class TorchTarFormat final : public OldTorchFormat {
 public:
  TorchTarFormat() : OldTorchFormat("torch-tar", "torch.save of PyTorch 0.1: a tar archive", Extent::rest, "tar") {}

  bool recognises(Bytes head) const override { return begins_as_tar(head); }

  const Format& read(const ReadSource& source, Document& document) const override {
    WholeSource whole(source);
    const Value root = TarReader(whole, document).read();
    document.set_root(source.only.empty() ? root : entries_named(root, source.only, document));
    whole.finish();
    return *this;
  }
};

}  // namespace

const Format& torch_tar_format() {
  static const TorchTarFormat format;
  return format;
}

}  // namespace larder::internal
