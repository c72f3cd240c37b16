#include "formats/hdf5/soft_links.h"

#include <algorithm>

#include "base/text.h"
#include "formats/hdf5/attributes.h"

namespace larder::internal {

void Hdf5SoftLinks::add(Document& document, Value group, std::string_view name, std::string target) {
  document.insert(group, document.str(name), Value::none());
  by_place_.emplace(std::pair(group.identity(), std::string(name)), links_.size());
  links_.push_back({group, std::string(name), std::move(target)});
}

namespace {

// Takes the next name off a path; empty at its end.
std::string_view next_step(std::string_view& path) {
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view step = path.substr(0, end);
    path.remove_prefix(std::min(path.size(), end + 1));
    if (!step.empty() && step != ".") return step;
  }
  return {};
}

}  // namespace

std::vector<std::string> Hdf5SoftLinks::targets() const {
  std::vector<std::string> targets;
  for (const Link& link : links_) {
    std::string& target = targets.emplace_back();
    std::string_view path = link.target;
    for (std::string_view step = next_step(path); !step.empty(); step = next_step(path))
      target.append(target.empty() ? "" : "/").append(step);
  }
  return targets;
}

void Hdf5SoftLinks::resolve(Document& document, Value root, const std::function<void(std::string_view)>& warn) {
  for (std::size_t first = 0; first < links_.size(); ++first) {
    // A link that leads to another waits for it; each is followed twice at most.
    std::vector<std::size_t> chain;
    if (links_[first].state == State::waiting) chain.push_back(first);
    while (!chain.empty()) {
      Link& link = links_[chain.back()];
      link.state = State::entered;
      const std::optional<Target> target = follow(root, link.target);
      if (target && target->link && links_[*target->link].state == State::waiting) {
        chain.push_back(*target->link);
        continue;
      }
      settle(document, link, target);
      chain.pop_back();
    }
  }
  for (const Link& link : links_)
    if (link.state == State::nowhere)
      warn(join("the HDF5 soft link ", internal::quoted(link.name), " leads nowhere: ", internal::quoted(link.target)));
}

void Hdf5SoftLinks::settle(Document& document, Link& link, const std::optional<Target>& target) const {
  const bool leads_somewhere = target && (!target->link || links_[*target->link].state == State::found);
  link.state = leads_somewhere ? State::found : State::nowhere;
  if (!leads_somewhere) return;
  if (target->value.is(ValueKind::dict))
    fail(ErrorKind::unsupported, "HDF5: the soft link ", internal::quoted(link.name), " leads to a group");
  document.insert(link.group, document.str(link.name), target->value);
  if (!target->attributes.is_none()) set_hdf5_attributes(document, link.group, link.name, target->attributes);
}

std::optional<Hdf5SoftLinks::Target> Hdf5SoftLinks::follow(Value root, std::string_view path) const {
  Target found{.value = root};
  for (std::string_view step = next_step(path); !step.empty(); step = next_step(path)) {
    const Value group = found.value;
    const auto next = group.is(ValueKind::dict) && step != hdf5_attributes ? group.find(step) : std::nullopt;
    if (!next) return std::nullopt;
    found = {.value = *next, .attributes = attributes_of_hdf5(group, step)};
    const auto link = by_place_.find(std::pair(group.identity(), std::string(step)));
    if (link != by_place_.end()) found.link = link->second;
  }
  return found;
}

}  // namespace larder::internal
