// The names that pickles may hold: what they are, and how libraries use them. Nothing is known unless it is listed
// here.
#pragma once

#include <cstdint>
#include <string_view>

#include <larder/audit.h>

namespace larder::internal {

// How a name may be used. What is not allowed here is dangerous.
enum class Use : std::uint8_t {
  named,           // as a value: a dtype, a score function; it is never called while loading
  bound,           // the same, and functools.partial may bind arguments to it
  bare,            // a class: cls.__new__(cls), without arguments
  wrapper,         // the same, but only as larder's reader of joblib files expects it: array data follows
  called,          // with any arguments, as a function or as a class
  array_class,     // with one of numpy's array classes as the first argument
  own_class,       // with a class of the same library as the first argument
  latin1_text,     // with a text and "latin1": the bytes of protocols 0 to 2
  reconstructor,   // with a class, a built-in base class and the base's value: protocols 0 and 1
  new_object,      // with what `bare` allows as the first argument
  singleton_type,  // with None, Ellipsis or NotImplemented
  attribute,       // with an enumeration and the name of a member, or with a class and what makes a listed name of it
  partial,         // with something that may be bound
  bit_generator,   // with a name or a class of numpy.random, and no other constructor than numpy's own
};

// What is known of one name. A plain value.
struct KnownName {
  Verdict verdict;
  std::string_view rule;
  std::string_view reason;
  Use use = Use::named;
};

// Looks the name up: in the list of names, then of names that do harm, then of classes of known libraries. Always
// answers: the last rule is "unknown". Thread-safe.
KnownName known_name(std::string_view module_name, std::string_view qualified_name);

// The rules, for findings.
namespace rule {
inline constexpr std::string_view data = "data";
inline constexpr std::string_view listed = "listed";
inline constexpr std::string_view library_class = "library-class";
inline constexpr std::string_view library_function = "library-function";
inline constexpr std::string_view harmful = "harmful";
inline constexpr std::string_view dotted_name = "dotted-name";
inline constexpr std::string_view unknown = "unknown";
inline constexpr std::string_view wrong_use = "wrong-use";
inline constexpr std::string_view calls_a_result = "calls-a-result";
inline constexpr std::string_view hook_in_state = "hook-in-state";
inline constexpr std::string_view second_state = "second-state";
inline constexpr std::string_view persistent_id = "persistent-id";
inline constexpr std::string_view extension_code = "extension-code";
inline constexpr std::string_view other_reading = "other-reading";
}  // namespace rule

}  // namespace larder::internal
