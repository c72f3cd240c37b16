// How gensim's utils.SaveLoad spreads one object over several files, and what it notes about that in the object's
// state: docs/formats/gensim.md. Source: gensim/utils.py, models/ldamodel.py and models/lsimodel.py of gensim 4.2.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <larder/document.h>

namespace larder::internal {

// Keys of the state: lists of names of attributes.
inline constexpr std::string_view listed_arrays = "__numpys";                // each in a .npy file
inline constexpr std::string_view listed_matrices = "__scipys";              // sparse, each in four files
inline constexpr std::string_view listed_absent = "__ignoreds";              // not stored: None
inline constexpr std::string_view listed_objects = "__recursive_saveloads";  // in the pickle, with lists of their own

// Deepest nesting of objects with lists of their own. A name of a file would be too long before.
inline constexpr std::size_t deepest_object = 64;

// The arrays that gensim takes out of a sparse matrix, in the order of its files.
inline constexpr std::string_view matrix_parts[] = {"data", "indptr", "indices"};

// Whether the class of `object` is gensim's own.
bool is_of_gensim(Value object);

// The dict of attributes of an object that gensim saved: one of its classes, or one with such lists. Nothing for any
// other. Error `malformed` for lists where gensim finds them, but never puts them.
std::optional<Value> gensim_state(Value object);

// The names in one of the lists; none where there is no such list (old gensim). Error `malformed`.
struct ListedName {
  std::string_view text;
  Value value;  // a str, or bytes of Python 2
};
std::vector<ListedName> listed(Value state, std::string_view list);

// Whether a file of this name is compressed: its arrays are then in .npz files. Gensim goes by the name as well.
bool is_compressed_name(std::string_view file);

// The file of an array or sparse matrix: "model.wv.vectors.npy". prefix: the name of the main file, and the path of the
// object that has the attribute.
std::string companion_name(std::string_view prefix, std::string_view attribute, bool compressed);

// Attributes that some models keep in a file that is theirs alone, though their state lists them as not stored.
enum class OwnFile : std::uint8_t {
  saved,    // by SaveLoad.save again, with companions
  pickled,  // whole
};
struct OwnFileName {
  std::string_view attribute;
  OwnFile kind;
};
inline constexpr OwnFileName own_files[] = {
    {"state", OwnFile::saved},       // of LdaModel
    {"projection", OwnFile::saved},  // of LsiModel
    {"id2word", OwnFile::pickled},   // of LdaModel
};
// Null where there is none.
const OwnFileName* find_own_file(std::string_view attribute);
// "model.state"; "model.state.gz" for "model.gz".
std::string own_file_name(std::string_view file, std::string_view attribute);

}  // namespace larder::internal
