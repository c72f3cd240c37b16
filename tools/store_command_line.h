// The command line of `larder store` and its subcommands.
#pragma once

#include "tools/arguments.h"
#include "tools/store.h"

namespace larder::tools {

// Holds what the user says; must live as long as what it was added to.
class StoreCommandLine {
 public:
  void add_to(const AddCommand& add);

 private:
  void add_keys(const AddCommand& add);
  void add_values(const AddCommand& add);
  void add_reports(const AddCommand& add);
  void add_care(const AddCommand& add);
  void add_limits(const AddCommand& add);

  StoreListOptions list_;
  StorePutOptions put_;
  StoreGetOptions get_;
  StoreMoveOptions move_;
  StoreKeysOptions remove_;
  StoreKeysOptions touch_;
  StoreStatOptions stat_;
  StoreWhyOptions why_;
  StoreVerifyOptions verify_;
  StoreDamagedOptions damaged_;
  StoreEvictOptions evict_;
  StoreLimitOptions limit_;
  StoreRebuildOptions rebuild_;
};

}  // namespace larder::tools
