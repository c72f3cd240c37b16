#include "formats/hdf5/tree.h"

#include <set>
#include <unordered_map>

#include "base/text.h"
#include "formats/hdf5/dataset.h"
#include "formats/hdf5/group.h"
#include "formats/hdf5/soft_links.h"

namespace larder::internal {

namespace {

using Names = std::set<std::string, std::less<>>;

class Tree {
 public:
  // only: the members to read, as ReadSource::only.
  Tree(WholeSource& whole, Document& document, const Names& only)
      : source_(whole.source()), document_(document), only_(only), file_(whole), values_(file_, document) {}

  Value read() {
    const Value root = document_.dict();
    enter(root, Hdf5Header(file_, file_.root()), "");
    while (!open_.empty()) {
      Group& group = open_.back();
      if (group.next == group.links.size()) {
        objects_[group.address].complete = true;
        open_.pop_back();
        continue;
      }
      const Hdf5Link link = std::move(group.links[group.next++]);  // entering a group may move `group`
      read_member(link);
    }
    return root;
  }

  // What links among the members lead to, and was not to be read.
  std::vector<std::string> missing() const {
    std::vector<std::string> targets = soft_links_.targets();
    std::erase_if(targets, [&](const std::string& target) { return target.empty() || wanted(target); });
    return targets;
  }

  void resolve_soft_links(Value root) { soft_links_.resolve(document_, root, source_.warn); }

 private:
  // A group whose members are being read.
  struct Group {
    Value dict;
    std::string path;
    std::uint64_t address;
    std::vector<Hdf5Link> links;
    std::size_t next = 0;
  };
  struct Object {
    Value value{};
    Value attributes{};  // a dataset's; None where it has none
    bool complete = true;
  };

  void enter(Value dict, const Hdf5Header& header, const std::string& path) {
    if (!is_hdf5_group(header)) fail(ErrorKind::malformed, "HDF5: the root of the file is no group");
    if (open_.size() >= source_.limits.depth)
      fail(ErrorKind::limit, "HDF5: groups in groups, more than Limits::depth (", source_.limits.depth, ") of them");
    objects_[header.address()] = {.value = dict, .complete = false};
    const Value own = attributes(header);
    if (!own.is_none()) set_hdf5_attributes(document_, dict, ".", own);
    open_.push_back({dict, path, header.address(), read_hdf5_links(file_, header)});
  }

  void read_member(const Hdf5Link& link) {
    const std::string path = open_.back().path + link.name;
    if (!wanted(path)) return;
    try {
      read_object(link, path);
    } catch (Error& error) {
      if (!error.has_place()) error.at(join("HDF5 object ", internal::quoted(path)));
      throw;
    }
  }

  void read_object(const Hdf5Link& link, const std::string& path) {
    const Value parent = open_.back().dict;
    if (link.name == hdf5_attributes)
      fail(ErrorKind::unsupported, "HDF5: a member called ", link.name, " is where larder shows attributes");
    if (link.address == hdf5_nowhere) {
      const bool from_root = link.target.starts_with('/');
      soft_links_.add(document_, parent, link.name, from_root ? link.target : open_.back().path + link.target);
      return;
    }
    const auto known = objects_.find(link.address);
    if (known != objects_.end()) {
      if (!known->second.complete) fail(ErrorKind::malformed, "HDF5: the group is a member of itself");
      insert(parent, link.name, known->second);
      return;
    }
    const Hdf5Header header(file_, link.address);
    if (is_hdf5_group(header)) {
      const Value dict = document_.dict();
      document_.insert(parent, document_.str(link.name), dict);
      enter(dict, header, path + "/");
      return;
    }
    Object object{.attributes = attributes(header)};
    object.value = values_.dataset(header, is_bfloat16(object.attributes));
    objects_[link.address] = object;
    insert(parent, link.name, object);
  }

  void insert(Value parent, const std::string& name, const Object& object) {
    document_.insert(parent, document_.str(name), object.value);
    if (!object.attributes.is_none()) set_hdf5_attributes(document_, parent, name, object.attributes);
  }

  Value attributes(const Hdf5Header& header) {
    Value dict;
    for (const Hdf5Header::Message& message : header.messages()) {
      if (message.type == Hdf5Message::attribute_info) require_hdf5_compact(message.content, false);
      if (message.type != Hdf5Message::attribute) continue;
      if (dict.is_none()) dict = document_.dict();
      const auto [name, value] = values_.attribute(message.content);
      if (dict.find(name))
        fail(ErrorKind::malformed, "HDF5: an object has two attributes called ", internal::quoted(name));
      document_.insert(dict, document_.str(name), value);
    }
    return dict;
  }

  static bool is_bfloat16(Value attributes) {
    if (attributes.is_none()) return false;
    const std::optional<Value> dtype = attributes.find("dtype");
    if (!dtype) return false;
    if (dtype->is(ValueKind::str)) return dtype->as_str() == "bfloat16";
    return dtype->is(ValueKind::bytes) && as_text(dtype->as_bytes()) == "bfloat16";
  }

  // What is named, what lies below it, and the groups above it.
  bool wanted(const std::string& path) const {
    if (only_.empty()) return true;
    for (std::string_view above = path; !above.empty();
         above = above.substr(0, above.find('/') == std::string_view::npos ? 0 : above.rfind('/')))
      if (only_.contains(above)) return true;
    const auto below = only_.lower_bound(path + "/");
    return below != only_.end() && below->starts_with(path + "/");
  }

  const ReadSource& source_;
  Document& document_;
  const Names& only_;
  Hdf5File file_;
  Hdf5Values values_;
  std::vector<Group> open_;
  std::unordered_map<std::uint64_t, Object> objects_;
  Hdf5SoftLinks soft_links_;
};

}  // namespace

Value read_hdf5(WholeSource& whole, Document& document) {
  constexpr int most_links = 16;  // that are followed, one to the next, as in libhdf5
  const auto& asked = whole.source().only;
  Names only(asked.begin(), asked.end());
  for (int links = 0;; ++links) {
    Tree tree(whole, document, only);
    const Value root = tree.read();
    const std::vector<std::string> missing = tree.missing();
    if (missing.empty() || links == most_links) {
      tree.resolve_soft_links(root);
      return root;
    }
    only.insert(missing.begin(), missing.end());
  }
}

}  // namespace larder::internal
