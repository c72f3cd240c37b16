#include "tools/store_command_line.h"

#include <charconv>

#include <larder/eviction.h>

#include "base/text.h"

namespace larder::tools {

namespace {

constexpr const char* ls_footer =
    R"(The order is the store's own. PREFIX is a text that keys begin with, not a directory: a/b shows a/b, a/bc and a/b/c.

Examples:
  larder store ls /var/cache/models
  larder store ls -l /var/cache/models 2026/
  larder store ls s3://team/models 2026/
  larder store ls -lj /var/cache/models | jq '.[] | select(.bytes > 1e9) | .key')";

constexpr const char* put_footer =
    R"(The value appears when all of FILE is there, at once; until then, and where it fails, the old one stays. FILE may be -
for standard input. A directory that is missing is made. --if-absent and --if-match end with status 1 where the
condition does not hold; of many that try at once, one wins.

Examples:
  larder store put /var/cache/models forest.joblib model.joblib
  larder store put s3://team/models forest.joblib model.joblib
  larder store put --meta source=wine.csv --if-absent /var/cache/models forest.joblib model.joblib
  larder convert -c zstd model.pkl - | larder store put /var/cache/models forest.joblib.zst -)";

constexpr const char* get_footer =
    R"(FILE appears when it is complete; without it the value goes to standard output. Counts as a use of KEY. The status is 1
where there is no such key. --verify compares the checksum of the whole value before the first byte is written;
a damaged value is set aside, status 3. Of a store far away --array moves the bytes of that array and little more.

Examples:
  larder store get /var/cache/models forest.joblib model.joblib
  larder store get --verify /var/cache/models forest.joblib | larder ls -
  larder store get s3://team/models forest.joblib model.joblib
  larder store get --range 0-15 /var/cache/models forest.joblib | xxd
  larder store get --array 'steps[0].coef_' s3://team/models wine.joblib coef.npy)";

constexpr const char* mv_footer =
    R"(What stands at TO is replaced. Where the store can, there is no moment without either key.

Examples:
  larder store mv /var/cache/models new.joblib forest.joblib
  larder store mv /var/cache/models forest.joblib old/forest.joblib)";

constexpr const char* rm_footer =
    R"(Who reads or maps a value that is removed keeps it.

Examples:
  larder store rm /var/cache/models forest.joblib
  larder store ls /var/cache/models 2024/ | xargs -d '\n' larder store rm /var/cache/models)";

constexpr const char* touch_footer =
    R"(A used key is not the next to be evicted.

Examples:
  larder store touch /var/cache/models forest.joblib
  larder store touch /var/cache/models forest.joblib wine.joblib)";

constexpr const char* stat_footer =
    R"(Of a key: size, times, etag, checksum, metadata. Without one, of the whole store: how much there is, when it was used,
limits, and damaged values that were set aside.

Examples:
  larder store stat /var/cache/models
  larder store stat /var/cache/models forest.joblib
  larder store stat -j /var/cache/models forest.joblib | jq -r .etag)";

constexpr const char* why_footer =
    R"(Present, evicted (when, and by which limit), damaged and set aside, removed, or never there. The status is 1 unless it
is present.

Examples:
  larder store why /var/cache/models forest.joblib
  larder store why -j /var/cache/models forest.joblib | jq -r .state)";

constexpr const char* verify_footer =
    R"(Reads every value whose key begins with PREFIX and compares it with its checksum. The status is 1 where one is damaged
or cannot be read. Values that other tools put have no checksum; they are counted.

Examples:
  larder store verify /var/cache/models
  larder store verify --set-aside /var/cache/models 2026/
  larder store verify -j /var/cache/models | jq -r '.bad[].key')";

constexpr const char* damaged_footer =
    R"(Values that were found damaged, by 'larder store verify' or by a get, and are kept for inspection: the name of each,
its key, size, when it was set aside, and why.

Examples:
  larder store damaged /var/cache/models
  larder store damaged --discard d-4a01-3 /var/cache/models)";

constexpr const char* evict_footer =
    R"(Removes items until all limits hold, and prints them; without a limit, those that the store has. An item is a key or, in
a directory of joblib's Memory, one call with all its files. Under least-recent what was not used for the longest time
goes first, as in joblib's reduce_size; under cheapest what took the fewest seconds to compute a byte. On S3, uploads that
nobody went on with for a week are removed as well.

Examples:
  larder store evict --bytes 10G /var/cache/models
  larder store evict --items 1000 --age 30d /var/cache/models
  larder store evict --bytes 10G --policy cheapest /var/cache/models
  larder store evict --bytes 1T -o accesses=true s3://team/models)";

constexpr const char* limit_footer =
    R"(Limits are kept in the store and hold for every process: each put makes room first. Those that are given replace all that
the store had; none takes one away. Without any, they are shown.

Examples:
  larder store limit /var/cache/models
  larder store limit --bytes 10G --age 30d /var/cache/models
  larder store limit --bytes none /var/cache/models)";

constexpr const char* rebuild_footer =
    R"(The index tells a store with limits what goes next. It is rebuilt by itself where it is damaged; this does it now, say
after files were removed by hand. Prints how many items there are.

Examples:
  larder store rebuild /var/cache/models
  larder store rebuild file:///var/cache/models)";

using Count = Arguments::Count;

// What an argument ends up in.
Arguments::Take into(std::string& target) {
  return [&target](const std::string& text) { target = text; };
}
Arguments::Take into(std::vector<std::string>& targets) {
  return [&targets](const std::string& text) { targets.push_back(text); };
}
template <class Target, class Parse>
Arguments::Take into(Target& target, Parse parse) {
  return [&target, parse](const std::string& text) { target = parse(text); };
}

template <class Number>
Number parse_number(const std::string& text) {
  Number number{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem == std::errc() && end == text.data() + text.size() && number >= Number{}) return number;
  internal::fail(ErrorKind::usage, internal::quoted(text), " is no number, or less than 0");
}

void add_store(Arguments& arguments, StoreChoice& store) {
  arguments.add_words("URL", Count::one, "The store: a directory, or an URL", into(store.url));
  arguments.add_options("-o,--option", "NAME=VALUE", "A setting of the store, such as sync=none; repeatable",
                        into(store.settings));
}

void add_key(Arguments& arguments, std::string& key) {
  arguments.add_words("KEY", Count::one, "The key, such as models/forest.joblib", into(key));
}

void add_prefix(Arguments& arguments, std::string& prefix) {
  arguments.add_words("PREFIX", Count::at_most_one, "Only keys that begin with this text", into(prefix));
}

// An option --NAME whose value becomes the setting "NAME=value".
void add_setting(Arguments& arguments, const std::string& name, const char* type, const char* what,
                 std::vector<std::string>& settings) {
  arguments.add_option(("--" + name).c_str(), type, what,
                       [&settings, name](const std::string& text) { settings.push_back(name + "=" + text); });
}

void add_json(Arguments& arguments, bool& json) { arguments.add_flag("-j,--json", "Print JSON", json); }

void add_quiet(Arguments& arguments, bool& quiet) { arguments.add_flag("-q,--quiet", "Show no progress bar", quiet); }

}  // namespace

void StoreCommandLine::add_to(const AddCommand& add) {
  add_values(add);
  add_keys(add);
  add_reports(add);
  add_care(add);
  add_limits(add);
}

void StoreCommandLine::add_values(const AddCommand& add) {
  Arguments& ls = add("ls", "List keys", ls_footer, [this](Console& console) { return store_list(list_, console); });
  add_store(ls, list_.store);
  add_prefix(ls, list_.prefix);
  ls.add_flag("-l,--long", "Show size, when it was put and used, and checksum", list_.details);
  add_json(ls, list_.json);

  Arguments& put = add("put", "Put a file's content under a key", put_footer,
                       [this](Console& console) { return store_put(put_, console); });
  add_store(put, put_.store);
  add_key(put, put_.key);
  put.add_words("FILE", Count::one, "The file, or -", into(put_.file));
  put.add_flag("--if-absent", "Only where there is no such key", put_.if_absent);
  put.add_option("--if-match", "ETAG", "Only where the value still has this etag ('larder store stat')",
                 [this](const std::string& etag) { put_.if_match = etag; });
  put.exclude("--if-match", "--if-absent");
  put.add_options("--meta", "NAME=TEXT", "Keep this text with the value; repeatable", into(put_.metadata));
  put.add_option("--cost", "SECONDS", "How many seconds it took to compute; eviction by cost keeps what is dear",
                 into(put_.cost, parse_number<double>));
  add_quiet(put, put_.quiet);

  Arguments& get = add("get", "Write the value of a key to a file", get_footer,
                       [this](Console& console) { return store_get(get_, console); });
  add_store(get, get_.store);
  add_key(get, get_.key);
  get.add_words("FILE", Count::at_most_one, "The file (default: standard output)", into(get_.file));
  get.add_flag("--verify", "Compare the checksum before anything is written", get_.verify);
  get.add_option("--range", "FIRST-LAST", "Only these bytes, both included, from 0; FIRST- to the end",
                 into(get_.range, parse_byte_range));
  get.add_option("--sync", "none|full",
                 "full: FILE survives a power cut (default); none: faster, only whole or absent if this process dies",
                 into(get_.sync, parse_file_sync));
  get.add_option("--array", "PATH", "Only this array of the object, such as steps[0].coef_; .npy, or as FILE says",
                 [this](const std::string& path) { get_.array = path; });
  get.exclude("--array", "--range");
  add_quiet(get, get_.quiet);
}

void StoreCommandLine::add_keys(const AddCommand& add) {
  Arguments& mv =
      add("mv", "Give a value another key", mv_footer, [this](Console& console) { return store_move(move_, console); });
  add_store(mv, move_.store);
  mv.add_words("FROM", Count::one, "The key that it has", into(move_.from));
  mv.add_words("TO", Count::one, "The key that it gets", into(move_.to));

  Arguments& rm =
      add("rm", "Remove keys", rm_footer, [this](Console& console) { return store_remove(remove_, console); });
  add_store(rm, remove_.store);
  rm.add_words("KEY", Count::some, "The keys", into(remove_.keys));

  Arguments& touch = add("touch", "Count keys as used now", touch_footer,
                         [this](Console& console) { return store_touch(touch_, console); });
  add_store(touch, touch_.store);
  touch.add_words("KEY", Count::some, "The keys", into(touch_.keys));
}

void StoreCommandLine::add_reports(const AddCommand& add) {
  Arguments& stat = add("stat", "Show what is known of a store or of a key", stat_footer,
                        [this](Console& console) { return store_stat(stat_, console); });
  add_store(stat, stat_.store);
  stat.add_words("KEY", Count::at_most_one, "The key (default: the whole store)",
                 [this](const std::string& key) { stat_.key = key; });
  add_json(stat, stat_.json);

  Arguments& why = add("why", "Say why a key is there, or is not", why_footer,
                       [this](Console& console) { return store_why(why_, console); });
  add_store(why, why_.store);
  add_key(why, why_.key);
  add_json(why, why_.json);

  Arguments& verify = add("verify", "Compare all values with their checksums", verify_footer,
                          [this](Console& console) { return store_verify(verify_, console); });
  add_store(verify, verify_.store);
  add_prefix(verify, verify_.prefix);
  verify.add_flag("--set-aside", "Take damaged values out of sight, and keep them for inspection", verify_.set_aside);
  add_json(verify, verify_.json);
  add_quiet(verify, verify_.quiet);
}

void StoreCommandLine::add_care(const AddCommand& add) {
  Arguments& damaged = add("damaged", "List damaged values that were set aside", damaged_footer,
                           [this](Console& console) { return store_damaged(damaged_, console); });
  add_store(damaged, damaged_.store);
  damaged.add_options("--discard", "NAME", "Delete the value of this name instead; repeatable", into(damaged_.discard));
  add_json(damaged, damaged_.json);
}

void StoreCommandLine::add_limits(const AddCommand& add) {
  Arguments& evict = add("evict", "Remove items until limits hold", evict_footer,
                         [this](Console& console) { return store_evict(evict_, console); });
  add_store(evict, evict_.store);
  evict.add_option("--bytes", "SIZE", "At most so many bytes, such as 500M or 10G",
                   into(evict_.limits.bytes, parse_size));
  evict.add_option("--items", "N", "At most so many items", into(evict_.limits.items, parse_number<std::uint64_t>));
  evict.add_option("--age", "AGE", "Nothing that was not used for so long, such as 30d or 12h",
                   into(evict_.limits.age, parse_age));
  evict.add_option("--policy", "POLICY", "What goes first: least-recent (default) or cheapest",
                   into(evict_.policy, parse_policy));
  add_json(evict, evict_.json);
  add_quiet(evict, evict_.quiet);

  Arguments& limit = add("limit", "Show or set the limits that every put keeps to", limit_footer,
                         [this](Console& console) { return store_limit(limit_, console); });
  add_store(limit, limit_.store);
  add_setting(limit, "bytes", "SIZE", "At most so many bytes, such as 500M or 10G", limit_.settings);
  add_setting(limit, "items", "N", "At most so many items", limit_.settings);
  add_setting(limit, "age", "AGE", "Nothing that was not used for so long, such as 30d or 12h", limit_.settings);
  add_setting(limit, "policy", "POLICY", "What goes first: least-recent or cheapest", limit_.settings);
  add_json(limit, limit_.json);

  Arguments& rebuild = add("rebuild", "Make the index of a store with limits anew from its files", rebuild_footer,
                           [this](Console& console) { return store_rebuild(rebuild_, console); });
  add_store(rebuild, rebuild_.store);
}

}  // namespace larder::tools
