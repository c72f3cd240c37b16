#include "persist/audit_rules.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "persist/known_names.h"

namespace larder::internal {

namespace {

Judgement wrong_use(std::string_view reason) { return {Verdict::dangerous, rule::wrong_use, reason}; }

Judgement allowed(const KnownName& known) { return {known.verdict, known.rule, known.reason}; }

KnownName known_global(Value value) {
  if (!value.is(ValueKind::global)) return {Verdict::dangerous, rule::unknown, {}};
  return known_name(value.module_name(), value.qualified_name());
}

bool is_known_class(Value value) {
  const KnownName known = known_global(value);
  return known.verdict != Verdict::dangerous && (known.use == Use::bare || known.use == Use::called);
}

bool is_wrapper_class(Value value) {
  const KnownName known = known_global(value);
  return known.verdict != Verdict::dangerous && known.use == Use::wrapper;
}

bool is_text(Value value, std::string_view wanted) { return value.is(ValueKind::str) && value.as_str() == wanted; }

bool is_global(Value value, std::string_view module_name, std::string_view qualified_name) {
  return value.is(ValueKind::global) && value.module_name() == module_name && value.qualified_name() == qualified_name;
}

constexpr Judgement hook{Verdict::dangerous, rule::hook_in_state,
                         "the state replaces what loaders and Python call by name"};

bool is_hook(std::string_view name) {
  return name == "append" || name == "extend" || name == "add" || (name.starts_with("__") && name.ends_with("__"));
}

std::string_view package_of(Value global) {
  const std::string_view name = global.module_name();
  return name.substr(0, name.find('.'));
}

bool is_array_class(Value value) {
  return known_global(value).verdict != Verdict::dangerous && package_of(value) == "numpy";
}

bool is_own_class(Value function, Value value) {
  return is_known_class(value) && package_of(value) == package_of(function);
}

bool is_plain_base(Value value) {
  if (!value.is(ValueKind::global) || value.module_name() != "builtins") return false;
  return known_global(value).verdict == Verdict::data_only;
}

bool is_latin1_text(Value arguments) {
  return arguments.size() == 2 && arguments[0].is(ValueKind::str) &&
         (is_text(arguments[1], "latin1") || is_text(arguments[1], "latin-1"));
}

bool is_member_name(Value value) {
  return value.is(ValueKind::str) && !value.empty() &&
         std::ranges::all_of(value.as_str(),
                             [](char letter) {
                               return (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
                                      letter == '_';
                             }) &&
         !value.as_str().starts_with('_');
}

// Before protocol 4, a function of a class is fetched from the class; afterwards it is one dotted name.
bool is_listed_attribute(Value arguments) {
  if (!arguments[0].is(ValueKind::global) || !arguments[1].is(ValueKind::str)) return false;
  const std::string dotted = join(arguments[0].qualified_name(), '.', arguments[1].as_str());
  return known_name(arguments[0].module_name(), dotted).rule == rule::listed;
}

bool is_singleton(Value value) {
  return value.is_none() || is_global(value, "builtins", "Ellipsis") || is_global(value, "builtins", "NotImplemented");
}

bool is_enumeration(Value value) { return is_global(value, "re", "RegexFlag") || is_global(value, "uuid", "SafeUUID"); }

// numpy's constructors call what they get as the second argument with the first.
bool is_bit_generator(Value arguments) {
  if (arguments.empty()) return true;
  const bool named = arguments[0].is(ValueKind::str);
  const bool given = is_known_class(arguments[0]) && arguments[0].module_name().starts_with("numpy.random.");
  const bool built = arguments[0].is(ValueKind::object);  // newer numpy hands over the generator itself
  if (!named && !given && !built) return false;
  return arguments.size() == 1 ||
         (arguments.size() == 2 && is_global(arguments[1], "numpy.random._pickle", "__bit_generator_ctor"));
}

bool may_be_bound(Value function) {
  const KnownName known = known_global(function);
  return known.verdict != Verdict::dangerous && (known.use == Use::bound || known.use == Use::called);
}

// cls.__new__(cls, *arguments): harmless without arguments, whatever the listed class is.
Judgement judge_new(Value callable, bool has_arguments, bool is_newobj = false) {
  const KnownName known = known_global(callable);
  if (known.verdict == Verdict::dangerous) return allowed(known);
  if (known.use == Use::called || (known.use == Use::bare && !has_arguments)) return allowed(known);
  if (known.use == Use::wrapper && !has_arguments && is_newobj) return allowed(known);
  return wrong_use("objects of this name are not made so");
}

Judgement judge_reduce(Value callable, Value arguments) {
  const KnownName known = known_global(callable);
  if (known.verdict == Verdict::dangerous) return allowed(known);
  const bool has_first = !arguments.empty();
  switch (known.use) {
    case Use::called:
      return allowed(known);
    case Use::array_class:
      if (has_first && is_array_class(arguments[0])) return allowed(known);
      return wrong_use("it makes an array of what is no array class of numpy");
    case Use::own_class:
      if (has_first && is_own_class(callable, arguments[0])) return allowed(known);
      return wrong_use("it makes an object of a class that is not of the same library");
    case Use::latin1_text:
      if (is_latin1_text(arguments)) return allowed(known);
      return wrong_use("it is only known for bytes written as text");
    case Use::reconstructor:
      if (arguments.size() == 3 && (is_known_class(arguments[0]) || is_wrapper_class(arguments[0])) &&
          is_plain_base(arguments[1]))
        return allowed(known);
      return wrong_use("it makes an object of an unknown class");
    case Use::new_object:
      if (!has_first) return wrong_use("it has no class");
      return judge_new(arguments[0], arguments.size() > 1);
    case Use::singleton_type:
      if (arguments.size() == 1 && is_singleton(arguments[0])) return allowed(known);
      return wrong_use("it makes a new class");
    case Use::attribute:
      if (arguments.size() == 2 && is_enumeration(arguments[0]) && is_member_name(arguments[1])) return allowed(known);
      if (arguments.size() == 2 && is_listed_attribute(arguments)) return allowed(known);
      return wrong_use("it reaches into any object");
    case Use::partial:
      if (has_first && may_be_bound(arguments[0])) return allowed(known);
      return wrong_use("it binds arguments to what must not be called");
    case Use::bit_generator:
      if (is_bit_generator(arguments)) return allowed(known);
      return wrong_use("it calls any constructor");
    case Use::named:
    case Use::bound:
    case Use::bare:
    case Use::wrapper:
      break;
  }
  return wrong_use("its library never calls it when it loads a file");
}

}  // namespace

Judgement judge_import(Value global) {
  if (!global.is(ValueKind::global))
    return {Verdict::dangerous, rule::extension_code, "the loading program decides what the number imports"};
  return allowed(known_name(global.module_name(), global.qualified_name()));
}

Judgement judge_call(ObjectForm form, Value callable, Value arguments, Value keywords) {
  if (!callable.is(ValueKind::global))
    return {Verdict::dangerous, rule::calls_a_result, "it calls what another call returned"};
  const bool has_arguments = !arguments.empty() || (keywords.is(ValueKind::dict) && !keywords.empty());
  switch (form) {
    case ObjectForm::newobj:
    case ObjectForm::newobj_ex:
      return judge_new(callable, has_arguments, form == ObjectForm::newobj);
    case ObjectForm::instance:
      // Without arguments Python makes classes so, and calls everything else.
      if (!has_arguments && known_global(callable).use == Use::bare) return judge_new(callable, false);
      [[fallthrough]];
    default:
      return judge_reduce(callable, arguments);
  }
}

bool StateRules::adds_hook(Watched& watched) {
  for (; watched.looked_at < watched.dict.size(); ++watched.looked_at) {
    const Value key = watched.dict.key(watched.looked_at);
    if (key.is(ValueKind::str) && is_hook(key.as_str())) return watched.told = true;
  }
  return false;
}

bool StateRules::has_hook(Value dict, Value object, std::uint64_t at) {
  if (!dict.is(ValueKind::dict)) return false;
  const auto [place, is_new] = places_.try_emplace(dict.identity(), watched_.size());
  if (is_new) watched_.push_back({dict, object, at});
  Watched& watched = watched_[place->second];
  return watched.told || adds_hook(watched);
}

Judgement StateRules::judge(Value object, Value state, std::uint64_t at) {
  if (!object.is(ValueKind::object)) return {Verdict::data_only, rule::data, "plain data"};
  if (std::ranges::any_of(object.changes(), [](const Change& change) { return change.kind == ChangeKind::state; }))
    return {Verdict::dangerous, rule::second_state, "no pickler sets a state twice"};
  if (!object.callable().is(ValueKind::global))
    return {Verdict::dangerous, rule::calls_a_result, "it sets the state of something unknown"};
  // Of a pair the second part holds attributes, too.
  bool hooked = has_hook(state, object, at);
  if (state.is(ValueKind::tuple) && state.size() == 2)
    hooked = has_hook(state[0], object, at) || has_hook(state[1], object, at);
  if (hooked) return hook;
  const KnownName known = known_global(object.callable());
  const bool binds = known.verdict != Verdict::dangerous && known.use == Use::partial;
  if (binds && !(state.is(ValueKind::tuple) && !state.empty() && may_be_bound(state[0])))
    return wrong_use("it binds arguments to what must not be called");
  return allowed(known);
}

std::vector<StateRules::Turned> StateRules::turned() {
  std::vector<Turned> turned;
  for (Watched& watched : watched_) {
    if (!watched.told && adds_hook(watched)) turned.push_back({watched.object, watched.dict, watched.at, hook});
  }
  return turned;
}

}  // namespace larder::internal
