// Items: values in a store. dump and load of a key, and the JSON beside it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <larder/document.h>
#include <larder/dump.h>
#include <larder/export.h>
#include <larder/load.h>
#include <larder/store.h>

namespace larder {

// The key of the JSON that belongs to the value of `key`: "d/metadata.json" for the "d/output.pkl" of one of joblib's
// calls (d ends in its 32 hexadecimal digits), else `key` + ".metadata.json". Error `usage` where `key` is no key.
LARDER_API std::string metadata_key(std::string_view key);

// Writes `value` to `key` of the store: format and codec as for a file of that name, but "output.pkl" is joblib.
// Metadata (DumpOptions::metadata) is not stored behind the value but beside it, as JSON, before the value: who sees
// the value sees it. Without metadata, that of an older value is removed. (With a Condition, which may not hold, the
// metadata follows the value.) A number "duration" in it is PutOptions::cost. DumpOptions::file is not used: the store
// was opened with a Sync.
//
// Returns the keys that were written. Errors: as for files, and those of `Store::put`; nothing is published where the
// value cannot be dumped. `unsupported`: metadata in a store of one key.
LARDER_API std::vector<std::string> dump(Value value, Store& store, std::string_view key,
                                         const DumpOptions& options = {}, const PutOptions& put = {});
LARDER_API std::vector<std::string> dump(const Array& array, Store& store, std::string_view key,
                                         const DumpOptions& options = {}, const PutOptions& put = {});

// Loads the value of `key`; mapped (LoadOptions::mmap_mode `read` and `copy_on_write`) where the store is mappable and
// the value is not compressed, otherwise `warn` hears why not. Values in a store never change in place: `read_write`
// and `create` are Error `usage`, as is a GetOptions::range. LoadOptions::metadata: the JSON beside the value becomes
// Provenance::metadata, unless there is some behind it, as in a file. Errors: as for files, each naming the key;
// `not_found`; `unsupported` for values of joblib before 0.10 that are kept in several files.
LARDER_API Document load(Store& store, std::string_view key, const LoadOptions& options = {},
                         Provenance* provenance = nullptr, const GetOptions& get = {});

// One array out of the value of `key`: of a store far away only its bytes, and what leads to them, are moved.
LARDER_API Array load_array(Store& store, std::string_view key, std::string_view array, const LoadOptions& options = {},
                            const GetOptions& get = {});

// The JSON beside a value, from larder or joblib, as a Document (a dict); nothing where there is none. Error
// `malformed`, `limit` (Limits::text).
LARDER_API std::optional<Document> item_metadata(Store& store, std::string_view key, const Limits& limits = {});

// Writes it; `metadata` is a dict of plain data, else Error `usage`. PutOptions::cost of the value stays as it is.
LARDER_API void put_item_metadata(Store& store, std::string_view key, Value metadata);

// Removes value and metadata. Whether there was a value.
LARDER_API bool remove_item(Store& store, std::string_view key);

// The value of `key`, loaded; where there is none, `compute` makes it, and it is dumped, with its "duration" (seconds)
// and "time" (of the start, seconds since 1970) in the metadata as joblib's Memory has them. Once among all who ask at
// once, as Store::get_or_compute, whose errors these are. A value that cannot be read to its end, or is not what was
// put, is damaged: `warn` hears it, and it is computed anew.
LARDER_API Document get_or_compute(Store& store, std::string_view key, const std::function<Document()>& compute,
                                   const LoadOptions& load = {}, const DumpOptions& dump = {},
                                   const GetOptions& get = {});

}  // namespace larder
