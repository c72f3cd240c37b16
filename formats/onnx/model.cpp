#include "formats/onnx/model.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <set>
#include <utility>

#include "base/text.h"
#include "formats/onnx/outline.h"

namespace larder::internal {

namespace {

// Protocol buffers allow a hundred messages in each other, of which a graph in a graph takes three.
constexpr std::size_t most_depth = 100;
constexpr std::uint64_t first_with_opsets = 3;  // version of the IR

class ModelReader {
 public:
  ModelReader(WholeSource& whole, Document& document) : whole_(whole), outline_(whole, document) {
    model_.outline = document.dict();
  }

  OnnxModel read() {
    std::uint64_t version = 0;
    std::optional<WireField> graph;
    std::deque<WireField> others;
    const Value root = model_.outline;
    WireFields fields(whole_, {0, whole_.size()});
    while (const auto field = fields.next()) {
      switch (field->number) {
        case 1:
          version = number_of(*field);
          outline_.set_number(root, "ir_version", *field);
          break;
        case 2:
          outline_.set_text(root, "producer_name", *field);
          break;
        case 3:
          outline_.set_text(root, "producer_version", *field);
          break;
        case 4:
          outline_.set_text(root, "domain", *field);
          break;
        case 5:
          outline_.set_number(root, "model_version", *field);
          break;
        case 6:
          outline_.set_text(root, "doc_string", *field);
          break;
        case 7:
          once(graph, *field, "graph");
          break;
        case 8:
          outline_.add_opset(root, "opset_import", *field);
          break;
        case 14:
          outline_.add_property(root, "metadata_props", *field);
          break;
        case 20:
        case 25:
          others.push_back(*field);
          break;
        default:
          break;  // of newer versions
      }
    }
    if (version == 0 || !graph) fail(ErrorKind::malformed, "this is no ONNX model: it has no version, or no graph");
    if (version >= first_with_opsets && !root.find("opset_import"))
      fail(ErrorKind::malformed, "an ONNX model of the version ", version,
           " says which operators it uses: this one does not");
    for (const std::string_view section : {onnx_initializers, onnx_constants})
      outline_.set(root, section, outline_.document().dict());
    outline_.set(root, "graph", graph_in(*graph, "", OnnxMessage::none, 1));
    for (const WireField& field : others) field.number == 25 ? add_function(field) : add_training(field);
    while (!waiting_.empty()) {
      const Graph next = std::move(waiting_.front());
      waiting_.pop_front();
      read_graph(next);
    }
    return std::move(model_);
  }

 private:
  // A graph that was met and is not read yet.
  struct Graph {
    WireRange range;
    Value dict;
    std::string path;    // before the names of its tensors
    std::size_t around;  // which message it is
    std::size_t depth;
  };

  // What is said of a node, before its attributes are read.
  struct Node {
    Value dict;
    std::string path;  // its own, before the names of its attributes
    bool is_constant = false;
    std::size_t around = OnnxMessage::none;
    std::size_t depth = 0;
  };

  static void once(std::optional<WireField>& place, const WireField& field, std::string_view what) {
    if (place) fail(ErrorKind::malformed, "a message of ONNX has two parts of which it may have one: ", what);
    place = field;
  }

  std::size_t message(const WireField& field, std::size_t around) {
    model_.messages.push_back({field, around});
    return model_.messages.size() - 1;
  }

  Value empty_graph() {
    const Value dict = outline_.document().dict();
    for (const char* const key : {"nodes", "inputs", "outputs"}) outline_.set(dict, key, outline_.document().list());
    return dict;
  }

  // The dict of a graph, which is filled later.
  Value graph_in(const WireField& field, const std::string& path, std::size_t around, std::size_t depth) {
    const WireRange range = message_of(field);
    if (depth > std::min(most_depth, whole_.source().limits.depth))
      fail(ErrorKind::limit, "there are more than ", depth - 1, " graphs inside each other");
    const Value dict = empty_graph();
    count(path);
    waiting_.push_back({range, dict, path, message(field, around), depth});
    return dict;
  }

  void read_graph(const Graph& graph) {
    WireFields fields(whole_, graph.range);
    while (const auto field = fields.next()) {
      switch (field->number) {
        case 1:
          read_node(*field, graph);
          break;
        case 2:
          outline_.set_text(graph.dict, "name", *field);
          break;
        case 5:
          add_tensor(onnx_initializers, graph.path, {}, *field, graph.around);
          break;
        case 10:
          outline_.set_text(graph.dict, "doc_string", *field);
          break;
        case 11:
          outline_.append(graph.dict, "inputs", outline_.value_info(*field));
          break;
        case 12:
          outline_.append(graph.dict, "outputs", outline_.value_info(*field));
          break;
        case 15:
          add_sparse(onnx_initializers, graph.path, {}, *field, graph.around);
          break;
        default:
          break;  // shapes of what is between the nodes, annotations, of newer versions
      }
    }
  }

  void read_node(const WireField& field, const Graph& graph) {
    Document& document = outline_.document();
    Node node{.dict = document.dict(), .path = {}, .around = message(field, graph.around), .depth = graph.depth};
    for (const char* const key : {"op_type", "name", "domain"}) outline_.set(node.dict, key, document.str(""));
    for (const char* const key : {"inputs", "outputs"}) outline_.set(node.dict, key, document.list());
    WireFields fields(whole_, message_of(field));
    while (const auto part = fields.next()) {
      switch (part->number) {
        case 1:
          outline_.append_text(node.dict, "inputs", *part);
          break;
        case 2:
          outline_.append_text(node.dict, "outputs", *part);
          break;
        case 3:
          outline_.set_text(node.dict, "name", *part);
          break;
        case 4:
          outline_.set_text(node.dict, "op_type", *part);
          break;
        case 7:
          outline_.set_text(node.dict, "domain", *part);
          break;
        default:
          break;
      }
    }
    node.path = graph.path + name_of(node.dict);
    node.is_constant = node.dict.find("op_type")->as_str() == "Constant";
    outline_.set(node.dict, "attributes", document.dict());
    WireFields again(whole_, field.range);
    while (const auto part = again.next())
      if (part->number == 5) read_attribute(*part, node);
    outline_.append(graph.dict, "nodes", node.dict);
  }

  // Outputs are unique in a graph, names of nodes need not be.
  static std::string name_of(Value node) {
    const Value outputs = *node.find("outputs");
    for (std::size_t i = 0; i < outputs.size(); ++i)
      if (!outputs[i].empty()) return std::string(outputs[i].as_str());
    return std::string(node.find("name")->as_str());
  }

  void read_attribute(const WireField& field, const Node& node) {
    std::string name;
    WireFields names(whole_, message_of(field));
    while (const auto part = names.next())
      if (part->number == 1) name = text_of(whole_, *part);
    const Value attributes = *node.dict.find("attributes");
    if (attributes.find(name)) fail(ErrorKind::malformed, "a node has two attributes called ", internal::quoted(name));
    const std::size_t around = message(field, node.around);
    const bool is_value = node.is_constant && (name == "value" || name == "sparse_value");
    const std::string path = is_value ? node.path : join(node.path, ".", name);
    Value value = outline_.attribute(field);
    std::optional<WireField> tensor;
    std::optional<WireField> sparse;
    std::optional<WireField> graph;
    std::vector<Value> graphs;
    std::size_t tensors = 0;
    std::size_t sparse_tensors = 0;
    const auto numbered = [&](std::size_t number) { return join(path, "[", number, "]"); };
    WireFields fields(whole_, field.range);
    while (const auto part = fields.next()) {
      switch (part->number) {
        case 5:
          once(tensor, *part, "t");
          add_tensor(onnx_constants, path, "", *part, around);
          break;
        case 6:
          once(graph, *part, "g");
          value = graph_in(*part, path + "/", around, node.depth + 1);
          break;
        case 10:
          add_tensor(onnx_constants, numbered(tensors++), "", *part, around);
          break;
        case 11:
          graphs.push_back(graph_in(*part, numbered(graphs.size()) + "/", around, node.depth + 1));
          break;
        case 22:
          once(sparse, *part, "sparse_tensor");
          add_sparse(onnx_constants, path, "", *part, around);
          break;
        case 23:
          add_sparse(onnx_constants, numbered(sparse_tensors++), "", *part, around);
          break;
        default:
          break;
      }
    }
    if (!graphs.empty()) value = outline_.document().list(graphs);
    outline_.set(attributes, name, value);
  }

  // Names of graphs and nodes are repeated in front of those of tensors: a small file could make many long ones.
  void count(const std::string& name) {
    if (2 * name.size() > whole_.budget().left().bytes)
      fail(ErrorKind::limit, "the names of tensors need more than Limits::bytes allows");
    whole_.budget().take(2 * name.size());
  }

  void require_new(std::string_view section, const std::string& key) {
    count(key);
    if (!keys_.emplace(section, key).second)
      fail(ErrorKind::malformed, "an ONNX model has two tensors called ", internal::quoted(key));
  }

  // name: where it is no name of its own that counts.
  void add_tensor(std::string_view section, const std::string& path, std::optional<std::string_view> name,
                  const WireField& field, std::size_t around) {
    OnnxTensor tensor = parse(path, field);
    std::string key = path + std::string(name.value_or(tensor.name));
    require_new(section, key);
    model_.slots.push_back({section, std::move(key), "", std::move(tensor), around});
  }

  OnnxTensor parse(const std::string& path, const WireField& field) {
    try {
      return parse_tensor(whole_, field);
    } catch (Error& error) {
      if (!error.has_place())
        error.at(join(path.empty() ? "a tensor" : "a tensor in " + internal::quoted(path), ", ",
                      whole_.place(field.whole.offset)));
      throw;
    }
  }

  void add_sparse(std::string_view section, const std::string& path, std::optional<std::string_view> name,
                  const WireField& field, std::size_t around) {
    std::optional<WireField> values;
    std::optional<WireField> indices;
    Shape shape;
    WireFields fields(whole_, message_of(field));
    while (const auto part = fields.next()) {
      if (part->number == 1) once(values, *part, "values");
      if (part->number == 2) once(indices, *part, "indices");
      if (part->number == 3)
        for_each_number(whole_, *part, WireType::varint, [&](std::uint64_t size) { shape.push_back(size); });
    }
    if (!values || !indices) fail(ErrorKind::malformed, "a sparse tensor has no values, or no indices");
    OnnxTensor value = parse(path, *values);
    OnnxTensor index = parse(path, *indices);
    require_sparse(value, index, shape);
    const std::string key = path + std::string(name.value_or(value.name));
    require_new(section, key);
    const std::size_t own = message(field, around);
    model_.slots.push_back({section, key, "values", std::move(value), own});
    model_.slots.push_back({section, key, "indices", std::move(index), own});
    model_.sparse.push_back({section, key, std::move(shape)});
  }

  static void require_sparse(const OnnxTensor& values, const OnnxTensor& indices, const Shape& shape) {
    static_cast<void>(checked_nbytes(shape, values.type->itemsize));
    const bool is_array = !values.type->is_text() && !values.type->is_packed() && indices.type->name == "int64";
    if (!is_array || !fits_sparse(values.shape, indices.shape, shape))
      fail(ErrorKind::malformed, "the indices of a sparse tensor do not fit its values");
  }

  void add_function(const WireField& field) {
    Document& document = outline_.document();
    const Value dict = empty_graph();
    for (const char* const key : {"name", "domain"}) outline_.set(dict, key, document.str(""));
    const std::size_t own = message(field, OnnxMessage::none);
    Node defaults{.dict = document.dict(), .path = {}, .around = own, .depth = 1};
    outline_.set(defaults.dict, "attributes", document.dict());
    std::string overload;
    std::vector<WireField> attributes;
    WireFields fields(whole_, message_of(field));
    while (const auto part = fields.next()) {
      switch (part->number) {
        case 1:
          outline_.set_text(dict, "name", *part);
          break;
        case 4:
          outline_.append_text(dict, "inputs", *part);
          break;
        case 5:
          outline_.append_text(dict, "outputs", *part);
          break;
        case 10:
          outline_.set_text(dict, "domain", *part);
          break;
        case 11:
          attributes.push_back(*part);
          break;
        case 13:
          overload = text_of(whole_, *part);
          outline_.set_text(dict, "overload", *part);
          break;
        default:
          break;
      }
    }
    const std::string domain(dict.find("domain")->as_str());
    const Graph body{field.range, dict,
                     join(domain, domain.empty() ? "" : ".", dict.find("name")->as_str(), overload.empty() ? "" : ":",
                          overload, "/"),
                     own, 1};
    defaults.path = body.path;
    for (const WireField& attribute : attributes) read_attribute(attribute, defaults);
    outline_.set(dict, "attributes", *defaults.dict.find("attributes"));
    WireFields nodes(whole_, field.range);
    while (const auto part = nodes.next())
      if (part->number == 7) read_node(*part, body);
    append_to("functions", dict);
  }

  void add_training(const WireField& field) {
    const Value dict = outline_.document().dict();
    const std::size_t own = message(field, OnnxMessage::none);
    const auto known = model_.outline.find("training_info");
    const std::string path = join("training_info[", known ? known->size() : 0, "].");
    WireFields fields(whole_, message_of(field));
    while (const auto part = fields.next()) {
      const char* const key = part->number == 1 ? "initialization" : part->number == 2 ? "algorithm" : nullptr;
      if (key == nullptr) continue;
      if (dict.find(key))
        fail(ErrorKind::malformed, "the training of a model has two parts of which it may have one: ", key);
      outline_.set(dict, key, graph_in(*part, path + key + "/", own, 1));
    }
    append_to("training_info", dict);
  }

  void append_to(std::string_view key, Value value) {
    if (!model_.outline.find(key)) outline_.set(model_.outline, key, outline_.document().list());
    outline_.append(model_.outline, key, value);
  }

  WholeSource& whole_;
  OnnxOutline outline_;
  OnnxModel model_{};
  std::deque<Graph> waiting_;
  std::set<std::pair<std::string_view, std::string>> keys_;
};

}  // namespace

bool fits_sparse(const Shape& values, const Shape& indices, const Shape& shape) {
  return values.size() == 1 && (indices == values || indices == Shape{values[0], shape.size()});
}

OnnxModel read_onnx_model(WholeSource& whole, Document& document) { return ModelReader(whole, document).read(); }

}  // namespace larder::internal
