// Collects what a format tells while it reads: the findings of an audit.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <larder/audit.h>
#include <larder/plugin/format.h>

#include "persist/audit_rules.h"

namespace larder::internal {

// Writes into `audit`, which is borrowed, as the options. One for all objects of a file.
class AuditObserver final : public LoadObserver {
 public:
  AuditObserver(Audit& audit, const AuditOptions& options) : audit_(audit), options_(options) {}

  // Around each object: its number, where it begins, and that its Document is still there.
  void begin_object(std::uint64_t number, std::uint64_t at);
  void end_object();

  // Whether arrays of joblib's kind were met: their bytes lie among the opcodes.
  bool saw_raw_arrays() const noexcept { return saw_raw_arrays_; }

  // From here on the same bytes are read in another way: only what is dangerous counts, under a rule of its own.
  void expect_other_reading() noexcept { other_reading_ = true; }

  void on_import(Value global, std::uint64_t at) override;
  void on_call(ObjectForm form, Value callable, Value arguments, Value keywords, std::uint64_t at) override;
  void on_state(Value object, Value state, std::uint64_t at) override;
  void on_persistent_id(Value id, std::uint64_t at) override;
  void on_nested_stream(bool begins, std::uint64_t at) override;

 private:
  void add(FindingKind kind, const Judgement& judgement, Value named, Value detail, std::uint64_t at);
  // Counts it and says whether to keep it.
  bool count(FindingKind kind, Verdict verdict);
  void remember_name(Value global);

  Audit& audit_;
  const AuditOptions& options_;
  StateRules states_;
  std::uint64_t object_ = 0;
  std::vector<std::uint64_t> streams_;  // where the object and the pickles inside it begin, innermost last
  std::unordered_set<std::string> names_;
  std::uint64_t dangerous_kept_ = 0;
  bool saw_raw_arrays_ = false;
  bool other_reading_ = false;
};

}  // namespace larder::internal
