#include <span>
#include <string>
#include <vector>

#include "base/text.h"
#include "document/elements.h"
#include "formats/pmml/arrays.h"
#include "formats/pmml/content.h"
#include "formats/pmml/element.h"

namespace larder::internal {

namespace {

// Makes the content of nodes.
class ContentMaker {
 public:
  ContentMaker(Value node, Document& document) : document_(document), tag_(node.find("tag")->as_str()) {
    node_ = document.dict();
    set(node_, "tag", document.copy(*node.find("tag")));
    attributes_ = document.copy(*node.find("attributes"));
    set(node_, "attributes", attributes_);
  }

  Value listed(Value array) {
    const std::vector<std::string> words = words_of(array);
    if (local_name(tag_) == "Array") set_attribute("type", type_of(array));
    set_attribute("n", std::to_string(words.size()));
    return with({document_.str(content_of(words))});
  }

  Value sparse(Value array, std::string_view default_value) {
    const std::vector<std::string> words = words_of(array);
    const bool is_integer = type_of(array) == "int";
    const bool may_be_real = local_name(tag_) != "INT-SparseArray";
    if (type_of(array) == "string" || (!is_integer && !may_be_real))
      fail(ErrorKind::unsupported, "an element ", tag_, " of PMML cannot hold these numbers");
    const double otherwise = parse_reals(default_value).at(0);
    std::vector<std::string> indices;
    std::vector<std::string> entries;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (parse_reals(words[i])[0] == otherwise) continue;
      indices.push_back(std::to_string(i + 1));
      entries.push_back(words[i]);
    }
    set_attribute("n", std::to_string(words.size()));
    const char* const name = local_name(tag_) == "INT-SparseArray" ? "INT-Entries"
                             : local_name(tag_) == "SparseArray"   ? "Entries"
                                                                   : "REAL-Entries";
    if (local_name(tag_) == "SparseArray") set_attribute("type", type_of(array));
    return with({child("Indices", indices), child(name, entries)});
  }

  Value matrix(Value value) {
    if (!value.is(ValueKind::array) || value.as_array().ndim() != 2)
      fail(ErrorKind::unsupported, "a matrix of PMML is an array of two axes");
    const Array& array = value.as_array();
    const std::vector<std::string> words = numbers_of(array);
    for (const char* const gone : {"diagDefault", "offDiagDefault"}) document_.erase(attributes_, document_.str(gone));
    set_attribute("kind", "any");
    set_attribute("nbRows", std::to_string(array.shape()[0]));
    set_attribute("nbCols", std::to_string(array.shape()[1]));
    std::vector<Value> rows;
    const auto columns = static_cast<std::size_t>(array.shape()[1]);
    for (std::size_t row = 0; row < array.shape()[0]; ++row) {
      const Value made = child("Array", std::span(words).subspan(row * columns, columns));
      set(*made.find("attributes"), "n", document_.str(std::to_string(columns)));
      set(*made.find("attributes"), "type", document_.str("real"));
      rows.push_back(made);
    }
    return with(rows);
  }

 private:
  void set(Value dict, std::string_view key, Value value) { document_.insert(dict, document_.str(key), value); }
  void set_attribute(std::string_view key, std::string_view text) { set(attributes_, key, document_.str(text)); }

  Value with(const std::vector<Value>& children) {
    set(node_, "children", document_.list(children));
    return node_;
  }

  // An element in the same namespace.
  Value child(std::string_view name, std::span<const std::string> words) {
    const Value made = document_.dict();
    const Value text[] = {document_.str(content_of(words))};
    set(made, "tag", document_.str(join(tag_.substr(0, tag_.size() - local_name(tag_).size()), name)));
    set(made, "attributes", document_.dict());
    set(made, "children", words.empty() ? document_.list() : document_.list(text));
    return made;
  }

  static std::string_view type_of(Value array) {
    if (!array.is(ValueKind::array)) return "string";
    const DTypeKind kind = array.as_array().dtype().kind();
    return kind == DTypeKind::floating ? "real" : "int";
  }

  std::vector<std::string> words_of(Value value) {
    if (value.is(ValueKind::array)) {
      if (value.as_array().ndim() != 1) fail(ErrorKind::unsupported, "an array of PMML has one axis");
      return numbers_of(value.as_array());
    }
    std::vector<std::string> words;
    for (std::size_t i = 0; value.is(ValueKind::list) && i < value.size(); ++i) {
      if (!value[i].is(ValueKind::str)) fail(ErrorKind::unsupported, "a list of PMML holds texts alone");
      words.emplace_back(value[i].as_str());
    }
    if (!value.is(ValueKind::list))
      fail(ErrorKind::unsupported, "an array of PMML is made of an array or a list of texts, not of a ",
           name_of(value.kind()));
    return words;
  }

  std::vector<std::string> numbers_of(const Array& array) {
    const auto values = element_values(array, document_);
    std::vector<std::string> words;
    for (const Value value : values.value_or(std::vector<Value>{})) {
      if (value.is(ValueKind::floating))
        words.push_back(text_of_real(value.as_float()));
      else if (value.is(ValueKind::integer) && value.fits_int64())
        words.push_back(text_of_integer(value.as_int()));
      else
        break;
    }
    if (words.size() != array.size())
      fail(ErrorKind::unsupported, "an array of PMML cannot hold elements of the dtype ", array.dtype().name());
    return words;
  }

  Document& document_;
  std::string_view tag_;
  Value node_;
  Value attributes_;
};

}  // namespace

Value node_with_array(Value node, Value array, Document& document) {
  ContentMaker maker(node, document);
  if (tag_of(node) == "Matrix") return maker.matrix(array);
  if (sparse_content_in(node) != ArrayContent::none)
    return maker.sparse(array, attribute_of(node, "defaultValue").value_or("0"));
  if (content_in(node) != ArrayContent::none) return maker.listed(array);
  fail(ErrorKind::unsupported, "an element ", tag_of(node), " of PMML holds no array");
}

}  // namespace larder::internal
