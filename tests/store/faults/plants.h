// Defects that the shim plants into everything a process does, on the word of the environment's LARDER_PLANT: each is a
// mistake that a store could make, and the suites must fail under it (planted.py).
#pragma once

#include <cstdint>
#include <string_view>

namespace larder::testing {

enum class Plant : std::uint32_t {
  none,
  no_file_sync,       // fsync of a file does nothing
  no_directory_sync,  // fsync of a directory does nothing
  no_locks,           // every lock is granted
  replacing,          // RENAME_NOREPLACE replaces
  copying_rename,     // what is replaced is written in place
  torn_write,         // of a larger write only half arrives
  no_attribute,       // nothing is attached
  leaking_close,      // descriptors stay open
};

struct PlantName {
  std::string_view name;
  Plant plant;
};

inline constexpr PlantName plant_names[] = {
    {"no-file-sync", Plant::no_file_sync},
    {"no-directory-sync", Plant::no_directory_sync},
    {"no-locks", Plant::no_locks},
    {"replacing", Plant::replacing},
    {"copying-rename", Plant::copying_rename},
    {"torn-write", Plant::torn_write},
    {"no-attribute", Plant::no_attribute},
    {"leaking-close", Plant::leaking_close},
};

}  // namespace larder::testing
