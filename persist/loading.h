// Loading one object: from where, and how much of it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <larder/load.h>
#include <larder/plugin/format.h>
#include <larder/store.h>

namespace larder::internal {

// What a format may know of the place of the object that it reads.
struct Surroundings {
  std::string name{};  // the bare name of the file or key; empty where there is none
  // As in ReadSource.
  std::function<std::unique_ptr<Reader>(std::string_view name)> open_sibling{};
  bool is_near = false;  // a file, or a value that could be mapped: any place of it is at hand
};

// Of a file; nothing for an empty path. Errors as Directory.
Surroundings surroundings_of(const Path& file);
// Of a key: siblings are keys with another last part. The Store is borrowed for as long as the Surroundings are used.
Surroundings surroundings_of(Store& store, std::string_view key);

// As `load` of a Reader, but only the arrays that `choice` wants (null: all) are read.
Document load_chosen(Reader& reader, const LoadOptions& options, const Surroundings& surroundings, ArrayChoice* choice,
                     Provenance* provenance = nullptr);

// As `load_array` of a Reader.
Array load_array_of(Reader& reader, std::string_view array, const LoadOptions& options,
                    const Surroundings& surroundings);

// The file that holds the object at `path`: of a SavedModel of TensorFlow, which is a directory, its variables.
Path file_of(const Path& path);

}  // namespace larder::internal
