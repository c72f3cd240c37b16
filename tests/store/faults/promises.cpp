// Judging a store after its writers died: workload.h says what must hold.
#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include <larder/local_store.h>
#include <larder/store_report.h>

#include "base/text.h"
#include "workload.h"

namespace larder::testing {

using internal::join;

namespace {

// Calls `hear` with every promise on a key that was not withdrawn.
template <class Hear>
void for_each_promise(const Oaths& oaths, std::size_t key, Hear hear) {
  for (std::uint32_t writer = 0; writer < most_writers; ++writer) {
    for (const Promise& promise : oaths.writers[writer].promises[key]) {
      if (promise.kind != Promise::Kind::nothing) hear(writer, promise);
    }
  }
}

// What is there was put by `promise`: nothing that was acknowledged may have begun after it had ended.
std::string newer_than(const Oaths& oaths, std::size_t key, std::uint64_t ended) {
  std::string lost;
  for_each_promise(oaths, key, [&](std::uint32_t writer, const Promise& other) {
    if (other.acknowledged && other.began > ended) {
      const char* what = other.kind == Promise::Kind::put ? "put" : "removal";
      lost = join("writer ", writer, "'s ", what, " number ", std::uint64_t{other.number}, " was acknowledged later");
    }
  });
  return lost;
}

std::string judge_value(const Oaths& oaths, std::size_t key, const Described& there) {
  const Promise* origin = nullptr;
  for_each_promise(oaths, key, [&](std::uint32_t writer, const Promise& promise) {
    if (writer == there.writer && promise.number == there.number) origin = &promise;
  });
  const std::string what = join("writer ", there.writer, "'s number ", there.number, " is there");
  if (origin == nullptr) return join(what, ", which was refused, or is much too old");
  const std::string lost = newer_than(oaths, key, origin->ended);
  return lost.empty() ? "" : join("lost: ", what, ", but ", lost);
}

std::string judge_absence(const Oaths& oaths, std::size_t key) {
  std::uint64_t removed = 0;  // when the last removal came to an end; 0: the beginning
  std::uint64_t put = 0;
  for_each_promise(oaths, key, [&](std::uint32_t, const Promise& promise) {
    if (promise.kind == Promise::Kind::removal) removed = std::max(removed, std::uint64_t{promise.ended});
    if (promise.kind == Promise::Kind::put && promise.acknowledged) put = std::max(put, std::uint64_t{promise.began});
  });
  return put > removed ? "lost: nothing is there, but a put was acknowledged after the last removal" : "";
}

std::string judge_shared(Store& store, const Oaths& oaths, std::size_t key, bool limited) {
  const std::string name = join("shared/", key);
  const auto found = store.find(name, {.verify = true, .touch = false});
  if (!found) return limited ? "" : judge_absence(oaths, key);
  const Region value = found->reader->read_region(found->stat.size, "the value");
  return judge_value(oaths, key, describe_value(name, value.bytes()));
}

// One value that moves between two keys: exactly one of them has it.
std::string judge_pair(Store& store, const WriterRecord& record, std::uint32_t writer) {
  const std::string pair = join("own/", writer, "/");
  const bool at_a = store.exists(pair + "a");
  const bool at_b = store.exists(pair + "b");
  if (at_a && at_b) return "both keys are there";
  if (!at_a && !at_b) return record.pair_done > 0 ? "lost: neither key is there" : "";
  const Region value = store.read(pair + (at_a ? "a" : "b"), {.verify = true});
  const std::uint64_t number = describe_value(pair, value.bytes()).number;
  if (number < record.pair_done) return join("lost: number ", number, " is there");
  return number > record.pair_begun ? join("number ", number, " was never put") : "";
}

// Where the judge throws, that is the complaint.
template <class Judge>
void add_complaint(std::vector<std::string>& complaints, const std::string& about, Judge judge) {
  std::string complaint;
  try {
    complaint = judge();
  } catch (const std::exception& error) {
    complaint = error.what();
  }
  if (!complaint.empty()) complaints.push_back(join(about, ": ", complaint));
}

}  // namespace

std::vector<std::string> left_behind(const Path& root) {
  local_store(root).reset();  // sweeps
  std::vector<std::string> complaints;
  for (const char* name : {"tmp", "trash", "sessions", "flights"}) {
    const Path directory = root / ".larder" / name;
    if (!std::filesystem::exists(directory)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
      complaints.push_back(join("orphan: ", std::filesystem::relative(entry.path(), root).native()));
    }
  }
  return complaints;
}

std::vector<std::string> broken_promises(const Path& root, Oaths& oaths, bool limited) {
  std::vector<std::string> complaints = left_behind(root);
  for (const WriterRecord& record : oaths.writers) {
    if (record.complaint[0] != '\0') complaints.emplace_back(record.complaint);
  }
  const auto store = local_store(root, {.sync = Sync::none});
  for (const SetAside& value : store->records()->set_aside_values()) {
    complaints.push_back(join(value.key, ": set aside: ", value.why));
  }
  for (std::size_t key = 0; key < shared_keys; ++key) {
    add_complaint(complaints, join("shared/", key), [&] { return judge_shared(*store, oaths, key, limited); });
  }
  for (std::uint32_t writer = 0; writer < most_writers && !limited; ++writer) {
    add_complaint(complaints, join("own/", writer), [&] { return judge_pair(*store, oaths.writers[writer], writer); });
  }
  verify(*store, "", Damaged::leave, [&](const Verified& value) {
    if (value.state != Verified::State::intact) complaints.push_back(join(value.key, ": ", value.why));
  });
  return complaints;
}

}  // namespace larder::testing
