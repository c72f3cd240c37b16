// LocalStore: a directory as a store, shared by any number of processes. docs/formats/store.md has every byte.
#pragma once

#include <memory>
#include <string>

#include <larder/bytes.h>
#include <larder/eviction.h>
#include <larder/export.h>
#include <larder/store.h>
#include <larder/writer.h>

namespace larder {

struct LocalOptions {
  // What finish() waits for. bench/STORES.md has what each costs.
  //   full  the value and its name are on disk: it survives a power cut
  //   data  the value is on disk before it gets its name: after a power cut the old value or the new one, whole
  //   none  nothing: after a power cut the value may be lost, empty or torn (which its checksum tells)
  // None of them matters where a process is killed: values are whole or absent.
  Sync sync = Sync::full;

  // Whether each value gets a length and an XXH3 checksum, kept in an extended attribute of its file ("user.larder").
  // Where the file system has none, opening is Error `unsupported`; false makes a store without them.
  bool checksums = true;

  // Limits that every put enforces. Kept in the store: they hold for all processes and until they are changed. Nothing
  // given: those that the store has.
  std::optional<StoreLimits> limits{};
  std::optional<EvictionPolicy> policy{};

  // Nothing is made, changed or swept; puts, removals and touches are Error `unsupported`. For directories that
  // somebody else writes, and read-only file systems.
  bool read_only = false;

  // Makes the directory (and its parents) where it is missing; Error `not_found` otherwise.
  bool create = true;

  // Whether joblib's ".gitignore" is written where it is missing, as joblib's Memory does on opening.
  bool gitignore = false;

  // A file system that is not of this machine (NFS, 9p, FUSE) keeps neither locks nor syncs for certain: opening for
  // writing is Error `unsupported`, unless this says that the caller knows better.
  bool trust_network = false;
};

// What opening found and put in order.
struct Recovery {
  std::size_t temporaries = 0;  // of writers that were killed: removed
  std::size_t removals = 0;     // that were begun and are now complete
  std::size_t reconciled = 0;   // keys whose entry in the index was of a writer that was killed: looked up again
  bool index_rebuilt = false;   // from the files: after a power cut, or where it was damaged or missing
};

// A store in the directory `root`. The value of the key "a/b" is the file root/a/b, readable by any tool; what larder
// keeps for itself is in root/.larder. A directory of joblib's Memory can be opened as it is, and shared with joblib.
//
// Capabilities: all but `nests`, less `checksums` where LocalOptions leaves them out, and `durable` only for
// Sync::full.
//
// Opening sweeps what killed processes left behind, and fills `recovery`. Any number of processes and threads may open,
// read and write at once; after a fork the child may use the store as well. The directory is held open: it may be
// renamed. Errors: `io`, `not_found`, `unsupported` (a store of a later version of larder; the file system),
// `not_built` (checksums in a build without xxhash), `malformed` (root/.larder/store is damaged).
LARDER_API std::unique_ptr<Store> local_store(const Path& root, const LocalOptions& options = {},
                                              Recovery* recovery = nullptr);

// The size below which `Store::read` reads instead of mapping: where a read of so many bytes and a mapping take equally
// long (bench/STORES.md).
inline constexpr std::uint64_t smallest_mapping = 64 * 1024;

}  // namespace larder
