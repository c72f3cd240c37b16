#include "persist/audit_observer.h"

#include <algorithm>

#include "base/text.h"
#include "formats/pickle/joblib_wrapper.h"
#include "persist/brief.h"
#include "persist/known_names.h"

namespace larder::internal {

namespace {

constexpr std::size_t longest_name = 300;

std::string name_of_global(Value global) {
  return join(shortened(global.module_name(), longest_name), '.', shortened(global.qualified_name(), longest_name));
}

// The class or function that stands for what is imported, called or given a state; empty where nothing has a name.
std::string name_for(Value value) {
  if (value.is(ValueKind::global)) return name_of_global(value);
  if (value.is(ValueKind::object) && value.callable().is(ValueKind::global)) return name_of_global(value.callable());
  return {};
}

}  // namespace

void AuditObserver::begin_object(std::uint64_t number, std::uint64_t at) {
  object_ = number;
  streams_.assign(1, at);
  states_ = {};
}

void AuditObserver::end_object() {
  for (const StateRules::Turned& turned : states_.turned())
    add(FindingKind::state, turned.judgement, turned.object, turned.state, turned.at);
}

void AuditObserver::on_import(Value global, std::uint64_t at) {
  const bool is_extension = !global.is(ValueKind::global);
  if (!is_extension) remember_name(global);
  add(is_extension ? FindingKind::extension : FindingKind::import, judge_import(global),
      is_extension ? Value::none() : global, is_extension ? global.arguments() : Value::none(), at);
}

void AuditObserver::on_call(ObjectForm form, Value callable, Value arguments, Value keywords, std::uint64_t at) {
  add(FindingKind::call, judge_call(form, callable, arguments, keywords), callable, arguments, at);
}

void AuditObserver::on_state(Value object, Value state, std::uint64_t at) {
  if (object.is(ValueKind::object) && wrapper_class(object) == "NumpyArrayWrapper") saw_raw_arrays_ = true;
  add(FindingKind::state, states_.judge(object, state, at), object, state, at);
}

void AuditObserver::on_persistent_id(Value id, std::uint64_t at) {
  const bool is_storage = id.is(ValueKind::tuple) && id.size() >= 5 && id[0].is(ValueKind::str) &&
                          id[0].as_str() == "storage" && id[1].is(ValueKind::global) &&
                          id[1].module_name().starts_with("torch");
  const Judgement judgement =
      is_storage ? Judgement{Verdict::data_only, rule::data, "torch's storages: elements in the same file"}
                 : Judgement{Verdict::dangerous, rule::persistent_id, "the loading program decides what the id means"};
  add(FindingKind::persistent_id, judgement, Value::none(), id, at);
}

void AuditObserver::on_nested_stream(bool begins, std::uint64_t at) {
  if (begins)
    streams_.push_back(at);
  else if (streams_.size() > 1)
    streams_.pop_back();
}

void AuditObserver::add(FindingKind kind, const Judgement& judgement, Value named, Value detail, std::uint64_t at) {
  if (other_reading_ && judgement.verdict != Verdict::dangerous) return;
  if (!count(kind, judgement.verdict)) return;
  Finding finding;
  finding.kind = kind;
  finding.verdict = judgement.verdict;
  finding.rule = other_reading_ ? rule::other_reading : judgement.rule;
  finding.reason = judgement.reason;
  finding.name = name_for(named);
  if (!detail.is_none()) finding.detail = brief_json(detail, options_.detail);
  finding.object = object_;
  finding.stream = streams_.back();
  finding.offset = at;
  audit_.findings.push_back(std::move(finding));
}

bool AuditObserver::count(FindingKind kind, Verdict verdict) {
  audit_.verdict = std::max(audit_.verdict, verdict);
  switch (kind) {
    case FindingKind::import:
    case FindingKind::extension:
      ++audit_.imports;
      break;
    case FindingKind::call:
      ++audit_.calls;
      break;
    case FindingKind::state:
      ++audit_.states;
      break;
    case FindingKind::persistent_id:
      ++audit_.persistent_ids;
      break;
  }
  const bool is_dangerous = verdict == Verdict::dangerous;
  if (is_dangerous) ++audit_.dangerous;
  // A file cannot hide what is dangerous behind many harmless things.
  const bool keep =
      audit_.findings.size() < options_.most_findings || (is_dangerous && dangerous_kept_ < options_.most_findings);
  if (keep && is_dangerous) ++dangerous_kept_;
  if (!keep) ++audit_.omitted;
  return keep;
}

void AuditObserver::remember_name(Value global) {
  if (audit_.names.size() >= options_.most_findings) return;
  const auto [name, is_new] = names_.insert(name_of_global(global));
  if (is_new) audit_.names.push_back(*name);
}

}  // namespace larder::internal
