#include <larder/convert.h>

#include <algorithm>
#include <map>

#include "base/text.h"
#include "document/array_names.h"
#include "persist/carried_values.h"
#include "persist/format_choice.h"

namespace larder {

namespace {

constexpr std::size_t most_listed = 10;

std::string listed(const std::vector<std::string>& texts, std::uint64_t count) {
  std::string list;
  const std::size_t shown = std::min(texts.size(), most_listed);
  for (std::size_t i = 0; i < shown; ++i) list.append(i > 0 ? "; " : "").append(texts[i]);
  return count > shown ? internal::join(list, "; and ", count - shown, " more") : list;
}

// Brings a value into a format of arrays, or the arrays of a value into any.
class ArrayCarrier {
 public:
  ArrayCarrier(const FormatInfo& format, const CarryOptions& options, Document& document)
      : format_(format), options_(options), document_(document) {}

  internal::LeftOut run(Value root) {
    internal::ArrayNames names = internal::names_of_arrays(without_texts(root));
    std::vector<internal::NamedArray> own;
    for (internal::NamedArray& named : names.arrays) {
      if (const auto array = own_array(named.array))
        own.push_back({std::move(named.name), *array});
      else
        names.others.add(named.name, named.array);
    }
    if (format_.holds == FormatInfo::Holds::array)
      document_.set_root(only_one(own));
    else
      set_root(own);
    return std::move(names.others);
  }

 private:
  // The value without the texts that the format has a place for.
  Value without_texts(Value root) {
    const auto found =
        format_.texts_key.empty() || !root.is(ValueKind::dict) ? std::nullopt : root.find(format_.texts_key);
    if (!found || !found->is(ValueKind::dict)) return root;
    for (std::size_t i = 0; i < found->size(); ++i)
      if (!found->key(i).is(ValueKind::str) || !found->value(i).is(ValueKind::str)) return root;
    texts_ = document_.copy(*found);
    const Value rest = rest_.dict();
    for (std::size_t i = 0; i < root.size(); ++i) {
      if (root.key(i).is(ValueKind::str) && root.key(i).as_str() == format_.texts_key) continue;
      rest_.insert(rest, root.key(i), root.value(i));
    }
    return rest;
  }

  // What is one array in the source is one here. Nothing where the format cannot hold it.
  std::optional<Value> own_array(Value array) {
    const auto [made, is_new] = made_.try_emplace(array.identity());
    if (is_new) {
      if (const auto fitted = internal::fitted(array.as_array(), format_, options_.widen))
        made->second = document_.array(*fitted);
    }
    return made->second;
  }

  Value only_one(const std::vector<internal::NamedArray>& arrays) const {
    if (arrays.size() == 1) return arrays.front().array;
    std::vector<std::string> names;
    for (const internal::NamedArray& named : arrays) names.push_back(internal::quoted(named.name));
    internal::fail(ErrorKind::unsupported, "the format ", format_.name, " holds one array, not ", arrays.size(),
                   names.empty() ? "" : ": ", listed(names, names.size()));
  }

  void set_root(const std::vector<internal::NamedArray>& arrays) {
    try {
      internal::set_named_arrays(arrays, document_);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::malformed) throw;
      internal::fail(ErrorKind::usage, error.what());
    }
    if (!texts_.is_none()) document_.insert(document_.root(), document_.str(format_.texts_key), texts_);
  }

  const FormatInfo& format_;
  const CarryOptions& options_;
  Document& document_;
  Document rest_;
  Value texts_;
  std::map<const void*, std::optional<Value>> made_;
};

// What is left out, unless the caller agreed to that.
void require_all(const internal::LeftOut& left_out, const FormatInfo& format, const CarryOptions& options) {
  if (left_out.count == 0 || options.arrays_only) return;
  internal::fail(ErrorKind::unsupported, "the format ", format.name, " cannot hold ",
                 listed(left_out.first, left_out.count));
}

}  // namespace

Carried carry(Value root, std::string_view format, const CarryOptions& options) {
  const FormatInfo& target = internal::choose_format(format, "").info();
  Carried carried{.document = Document(options.limits)};
  if (options.arrays_only && (target.holds == FormatInfo::Holds::bytes || target.holds == FormatInfo::Holds::text))
    internal::fail(ErrorKind::unsupported, "the format ", target.name, " holds no arrays");
  const bool is_of_arrays = target.holds == FormatInfo::Holds::named_arrays || target.holds == FormatInfo::Holds::array;
  internal::LeftOut left_out;
  if (options.arrays_only || is_of_arrays) {
    left_out = ArrayCarrier(target, options, carried.document).run(root);
  } else {
    carried.document.set_root(carried.document.copy(root));
    left_out = internal::fit_values(carried.document, target, options.widen);
  }
  require_all(left_out, target, options);
  carried.left_out = std::move(left_out.first);
  carried.left_out_count = left_out.count;
  return carried;
}

}  // namespace larder
