// What lies where in root/.larder. docs/formats/store.md is the same for readers.
//
// No directory here may have a name that begins with 32 hexadecimal digits: joblib would take it for a call's.
#pragma once

#include <string_view>

namespace larder::internal::layout {

inline constexpr std::string_view home = ".larder";
inline constexpr std::string_view header = "store";       // "larder store 1\n", then "name value\n" lines
inline constexpr std::string_view sessions = "sessions";  // <32 hex>: one locked file for each process that writes
inline constexpr std::string_view temporaries = "tmp";    // <32 hex of the session>-<number>
inline constexpr std::string_view trash = "trash";        // t-<session>-<number>: whole items on their way out
inline constexpr std::string_view damaged = "damaged";    // d-<session>-<number>/value, /why
inline constexpr std::string_view locks = "locks";        // publish-00 ... publish-3f, index
inline constexpr std::string_view flights = "flights";    // f-<16 hex of key_hash(key)>: leases
inline constexpr std::string_view limits = "limits";      // a text; only where there are limits
inline constexpr std::string_view index = "index";        // items in their order; only where there are limits
inline constexpr std::string_view history = "history";
inline constexpr std::string_view history_before = "history.1";

inline constexpr int version = 1;
inline constexpr unsigned stripes = 64;  // of publish locks: an item's is key_hash(item) % 64

}  // namespace larder::internal::layout
