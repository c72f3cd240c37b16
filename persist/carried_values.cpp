#include "persist/carried_values.h"

#include <algorithm>
#include <unordered_set>
#include <vector>

#include "arrays/small_floats.h"
#include "document/attributes.h"
#include "document/elements.h"
#include "document/walk.h"

namespace larder::internal {

namespace {

// What becomes of a value.
enum class Fate {
  fits,     // with all that is in it
  opens,    // what is in it decides
  refused,  // with all that is in it
};

bool is_torch(Value global) {
  if (!global.is(ValueKind::global)) return false;
  const std::string_view module_name = global.module_name();
  return module_name == "torch" || module_name.starts_with("torch.") || module_name.starts_with("__torch__");
}

bool is_tensor(Value value) {
  if (!value.is(ValueKind::array)) return false;
  const Value stand_in = Access::array(value).stand_in;
  return stand_in.is(ValueKind::object) &&
         (stand_in.form() == ObjectForm::persistent_id || is_torch(stand_in.callable()));
}

bool comes_from_torch(Value root) {
  bool found = false;
  walk(root, [&](Value value) { found = found || is_tensor(value) || is_torch(value); });
  return found;
}

// Nested lists of str, or of nothing.
bool is_texts(Value list) {
  std::vector<Value> open = {list};
  while (!open.empty()) {
    const Value value = open.back();
    open.pop_back();
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (value[i].is(ValueKind::list))
        open.push_back(value[i]);
      else if (!value[i].is(ValueKind::str))
        return false;
    }
  }
  return true;
}

class Fitting {
 public:
  Fitting(Document& document, const FormatInfo& format, bool widen)
      : document_(document), format_(format), widen_(widen) {}

  LeftOut run() {
    const bool is_as_it_is = format_.library == "torch" && comes_from_torch(document_.root());
    judge_ = format_.holds == FormatInfo::Holds::tree     ? &Fitting::in_tree
             : format_.library == "numpy"                 ? &Fitting::in_numpy
             : format_.library == "torch" && !is_as_it_is ? &Fitting::in_torch
             : format_.holds == FormatInfo::Holds::bytes  ? &Fitting::as_bytes
                                                          : &Fitting::anywhere;
    Value root = document_.root();
    look_at(root, "", true);
    document_.set_root(format_.holds == FormatInfo::Holds::tree ? in_a_dict(root) : root);
    while (!open_.empty()) step();
    return std::move(refused_);
  }

 private:
  // A value whose parts are being looked at. Those of an object are its arguments, its keywords, then its changes.
  struct Open {
    Value value;
    std::string name;
    std::size_t next = 0;
  };

  // An array that is all there is has the name that numpy.savez gives it.
  Value in_a_dict(Value root) {
    if (root.is(ValueKind::dict)) return root;
    if (!root.is(ValueKind::array)) refused_.add("", root);
    const Value dict = document_.dict();
    document_.insert(dict, document_.str(unnamed_array), root);
    return dict;
  }

  void step() {
    const Value value = open_.back().value;
    const std::size_t index = open_.back().next++;
    if (value.is(ValueKind::object)) return step_in_object(Access::object(value), index);
    const std::span<Value> members = Access::members(value);
    if (index == members.size()) return open_.pop_back();
    const bool is_dict = value.is(ValueKind::dict);
    const Value key = is_dict ? members[index - index % 2] : Value::integer(static_cast<std::int64_t>(index));
    auto name = member_name(open_.back().name, key);
    // What has a hash stays what it is.
    const bool may_change = is_dict ? index % 2 == 1 : value.is(ValueKind::list) || value.is(ValueKind::tuple);
    look_at(members[index], name ? std::move(*name) : open_.back().name + "[?]", may_change);
  }

  void step_in_object(Object& object, std::size_t index) {
    std::string name = open_.back().name;
    if (index == 0) return look_at(object.arguments, std::move(name), true);
    if (index == 1) return look_at(object.keywords, std::move(name), true);
    if (index - 2 == object.size) return open_.pop_back();
    look_at(object.changes[index - 2].value, std::move(name), true);
  }

  void look_at(Value& place, std::string name, bool may_change) {
    Value value = place;
    const Fate fate = (this->*judge_)(value);
    if (may_change) place = value;
    if (fate == Fate::refused || (!may_change && !place.same_as(value))) {
      refused_.add(name, place);
    } else if (fate == Fate::opens && has_parts(value) && seen_.insert(value.identity()).second) {
      open_.push_back({value, std::move(name)});
    }
  }

  // An array of the format's own library, where the dtype is one of the format's.
  Fate own_array(Value value) {
    ArrayRecord& record = Access::array(value);
    auto array = fitted(record.array, format_, widen_);
    if (!array) return Fate::refused;
    const bool is_same = array->dtype() == record.array.dtype();
    if (!is_same || format_.library == "torch" || is_tensor(value)) record = {std::move(*array), {}};
    return Fate::fits;
  }

  Fate in_numpy(Value& value) {
    if (const auto array = array_in(value)) {
      value = *array;
      return own_array(value);
    }
    const bool is_of_torch = is_torch(value) || (value.is(ValueKind::object) && is_torch(value.callable()));
    if (!is_of_torch) return Fate::opens;
    const bool is_size = value.is(ValueKind::object) && value.callable().qualified_name() == "Size" &&
                         value.arguments().is(ValueKind::tuple) && value.arguments().size() == 1;
    if (!is_size) return Fate::refused;
    value = value.arguments()[0];
    return Fate::opens;
  }

  Fate in_torch(Value& value) {
    if (value.is(ValueKind::array)) return own_array(value);
    if (value.is(ValueKind::global)) return Fate::refused;
    if (!value.is(ValueKind::object) || entries_of(value)) return Fate::opens;
    const auto scalar = numpy_scalar(value);
    const auto elements = scalar ? element_values(scalar->as_array(), document_) : std::nullopt;
    if (!elements) return Fate::refused;
    value = elements->front();
    return Fate::fits;
  }

  Fate in_tree(Value& value) {
    if (const auto entries = entries_of(value)) {
      value = entries->is_none() ? document_.dict() : *entries;
      return Fate::opens;
    }
    if (const auto scalar = numpy_scalar(value)) value = *scalar;
    if (const auto array = array_in(value)) {
      value = *array;
      return own_array(value);
    }
    if (value.is(ValueKind::list)) return is_texts(value) ? Fate::fits : Fate::refused;
    const bool is_single = value.kind() <= ValueKind::bytes && (!value.is(ValueKind::integer) || value.fits_int64());
    return is_single ? Fate::fits : Fate::refused;
  }

  Fate as_bytes(Value& value) {
    return value.kind() >= ValueKind::str && value.kind() <= ValueKind::bytearray ? Fate::fits : Fate::refused;
  }

  Fate anywhere(Value& value) { return value.is(ValueKind::array) ? own_array(value) : Fate::opens; }

  Document& document_;
  const FormatInfo& format_;
  bool widen_;
  Fate (Fitting::*judge_)(Value& value) = nullptr;
  std::vector<Open> open_;
  std::unordered_set<const void*> seen_;
  LeftOut refused_;
};

}  // namespace

std::optional<Array> fitted(const Array& array, const FormatInfo& format, bool widen) {
  if (format.has_dtype == nullptr || format.has_dtype(array.dtype())) return array;
  const bool helps = widen && is_small_float(array.dtype().kind()) && format.has_dtype(DType::of<float>());
  return helps ? std::optional(widened(array)) : std::nullopt;
}

LeftOut fit_values(Document& document, const FormatInfo& format, bool widen) {
  return Fitting(document, format, widen).run();
}

}  // namespace larder::internal
