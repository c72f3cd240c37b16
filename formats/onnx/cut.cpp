#include "formats/onnx/cut.h"

#include <algorithm>

#include "base/checked.h"
#include "base/text.h"
#include "document/records.h"

namespace larder::internal {

namespace {

[[noreturn]] void refuse() {
  fail(ErrorKind::unsupported, "an ONNX file is written from what reading one gave: its \"model\" is not that");
}

std::uint64_t count_in(Value value) {
  if (!value.is(ValueKind::integer) || !value.fits_int64() || value.as_int() < 0) refuse();
  return static_cast<std::uint64_t>(value.as_int());
}

Value part_of(Value cut, std::string_view key, ValueKind kind) {
  const auto found = cut.is(ValueKind::dict) ? cut.find(key) : std::nullopt;
  if (!found || !found->is(kind)) refuse();
  return *found;
}

}  // namespace

std::vector<WireRange> plain_ranges(const OnnxModel& model) {
  std::vector<WireRange> ranges;
  for (const OnnxSlot& slot : model.slots)
    if (slot.tensor.place == OnnxTensor::Place::plain && slot.tensor.data.size != 0) ranges.push_back(slot.tensor.data);
  std::ranges::sort(ranges, {}, &WireRange::offset);
  return ranges;
}

Value cut_file(WholeSource& whole, const std::vector<WireRange>& ranges, Document& document) {
  std::uint64_t size = whole.size();
  for (const WireRange& range : ranges) size -= range.size;
  std::byte* const bytes = Access::arena(document).allocate(static_cast<std::size_t>(size));
  const Value cuts = document.list();
  std::uint64_t from = 0;
  std::byte* to = bytes;
  const auto keep = [&](std::uint64_t end) {
    const auto kept = static_cast<std::size_t>(end - from);
    whole.read(from, {to, kept}, "the model");
    to += kept;
  };
  for (const WireRange& range : ranges) {
    keep(range.offset);
    from = range.end();
    const Value cut[] = {Value::integer(static_cast<std::int64_t>(range.offset)),
                         Value::integer(static_cast<std::int64_t>(range.size))};
    document.append(cuts, document.list(cut));
  }
  keep(whole.size());
  const Value model = document.dict();
  document.insert(model, document.str("bytes"),
                  Access::text(document, ValueKind::bytes, {bytes, static_cast<std::size_t>(size)}));
  document.insert(model, document.str("cuts"), cuts);
  return model;
}

CutReader::CutReader(Value cut) : bytes_(part_of(cut, "bytes", ValueKind::bytes).as_bytes()), size_(bytes_.size()) {
  const Value cuts = part_of(cut, "cuts", ValueKind::list);
  std::uint64_t end = 0;
  std::uint64_t missing = 0;
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    if (!cuts[i].is(ValueKind::list) || cuts[i].size() != 2) refuse();
    const WireRange range{count_in(cuts[i][0]), count_in(cuts[i][1])};
    const auto larger = checked_add(size_, range.size);
    if (!larger || !checked_cast<std::int64_t>(*larger) || range.offset < end || range.offset - missing > bytes_.size())
      refuse();
    missing_.push_back(missing);
    cuts_.push_back(range);
    missing += range.size;
    end = range.end();
    size_ = *larger;
  }
  missing_.push_back(missing);
}

std::size_t CutReader::do_read(MutableBytes out) {
  const auto next = std::ranges::upper_bound(cuts_, at_, {}, [](const WireRange& range) { return range.end(); });
  const bool is_last = next == cuts_.end();
  const bool is_cut = !is_last && next->offset <= at_;
  const std::uint64_t end = is_cut ? next->end() : is_last ? size_ : next->offset;
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), end - std::min(at_, end)));
  if (is_cut) {
    std::ranges::fill(out.first(size), std::byte{0});
  } else {
    const std::uint64_t from = at_ - missing_[static_cast<std::size_t>(next - cuts_.begin())];
    std::ranges::copy(bytes_.subspan(static_cast<std::size_t>(from), size), out.begin());
  }
  at_ += size;
  return size;
}

}  // namespace larder::internal
