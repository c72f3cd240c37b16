// The layout of joblib's Memory, on any store: module/function/hash/output.pkl, metadata.json, func_code.py.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <larder/export.h>
#include <larder/store.h>

namespace larder {

// Where joblib keeps what a function returned: the parts of its module's name, its name, and the hash of its arguments.
struct JoblibCall {
  std::string function;   // "module/function": `joblib_function`
  std::string arguments;  // 32 hexadecimal digits, joblib.hash of the arguments

  bool operator==(const JoblibCall&) const = default;
};

// "package/module/function" of ("package.module", "function"); without a module "function". Error `usage` where a part
// cannot be one of a key. (What joblib calls a script's module: "__main__-" and the script's path, '-' for '/'.)
LARDER_API std::string joblib_function(std::string_view module, std::string_view function);

// "module/function/hash/output.pkl": the key to dump to and load from (<larder/item.h>). Error `usage`.
LARDER_API std::string joblib_key(const JoblibCall& call);
// The call whose value `key` is; nothing for other keys.
LARDER_API std::optional<JoblibCall> joblib_call(std::string_view key);

// The directory that one call has for itself (its name begins with 32 hexadecimal digits), and which eviction removes
// as one: of "m/f/<hash>/output.pkl" "m/f/<hash>". For other keys the key itself, without the end of metadata_key.
LARDER_API std::string item_name(std::string_view key);

// A function's source, as joblib compares it before it trusts a value.
struct FunctionCode {
  std::string source;
  int first_line = -1;  // in its file; -1 where that is not known
};
// Writes "module/function/func_code.py". Errors of Store::put.
LARDER_API void put_function_code(Store& store, std::string_view function, const FunctionCode& code);
// Nothing where there is none. What does not begin with "# first line:" is all source. Error `limit` (Limits::text).
LARDER_API std::optional<FunctionCode> function_code(Store& store, std::string_view function);

// Removes all that `function` returned, and its code. How many keys went. (joblib also removes what functions of a
// module of that name returned.)
LARDER_API std::size_t clear_function(Store& store, std::string_view function);

// The directory that joblib.Memory(location) uses for a location that is a str: location + "/joblib".
LARDER_API Path joblib_directory(const Path& location);

}  // namespace larder
