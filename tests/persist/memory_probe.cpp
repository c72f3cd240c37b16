// Does with stores what test_joblib_memory.py asks, one line for each line on standard input; texts travel as
// hexadecimal digits ("-" for none). Each question opens the store anew.
//   key MODULE FUNCTION HASH                    -> ok KEY
//   call KEY                                    -> ok FUNCTION HASH
//   dump FILE URL KEY COMPRESS METADATA         -> ok KEY...    loads the file, dumps it; METADATA is a file or "-"
//   load URL KEY FILE MODE                      -> ok CODEC MAPPED    dumps what it loads to FILE; MODE is none, r
//                                                  or c; MAPPED is 1 where a mapping holds all arrays
//   metadata URL KEY                            -> ok JSON, or none
//   code URL FUNCTION                           -> ok LINE SOURCE, or none
//   put_code URL FUNCTION LINE SOURCE           -> ok
//   clear URL FUNCTION                          -> ok COUNT
//   list URL                                    -> ok KEY...
//   compute URL KEY FILE COUNTER HOW            -> ok JSON    get_or_compute: who computes adds a line to COUNTER, and
//                                                  then, as HOW says, loads FILE ("value"), throws ("fail"), or waits
//                                                  until it is killed ("hang")
// An error is "error KIND MESSAGE".
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <larder/larder.h>

#include "tests/persist/reading.h"
#include "tests/support/hexadecimal.h"
#include "tests/support/questions.h"

namespace larder {
namespace {

using testing::as_stored;
using testing::from_hex;
using testing::to_hex;
using Words = std::vector<std::string>;

std::string word(const Words& words, std::size_t index) { return from_hex(words.at(index)); }

std::unique_ptr<Store> store_at(const Words& words, std::size_t index) { return open_store(word(words, index)); }

void print(const Words& texts) {
  std::cout << "ok";
  for (const std::string& text : texts) std::cout << ' ' << to_hex(text);
  std::cout << std::endl;
}

void dump_item(const Words& words) {
  const Document document = load(Path(word(words, 0)), as_stored());
  Document metadata;
  DumpOptions options{.compress = Compress::parse(word(words, 3))};
  if (!word(words, 4).empty()) {
    metadata = load(Path(word(words, 4)));
    options.metadata = metadata.root();
  }
  print(dump(document.root(), *store_at(words, 1), word(words, 2), options));
}

bool all_mapped(Value root) {
  if (root.is(ValueKind::array)) return root.as_array().region().mapped();
  for (std::size_t i = 0; i < (root.is(ValueKind::list) ? root.size() : 0); ++i) {
    if (!all_mapped(root[i])) return false;
  }
  return true;
}

void load_item(const Words& words) {
  const std::string mode = word(words, 3);
  LoadOptions options = as_stored();
  options.mmap_mode = mode == "r" ? MapMode::read : mode == "c" ? MapMode::copy_on_write : MapMode::none;
  Provenance provenance;
  const Document document = load(*store_at(words, 0), word(words, 1), options, &provenance);
  dump(document.root(), Path(word(words, 2)), {.format = "joblib", .file = {.sync = Sync::none}});
  print({provenance.codec, all_mapped(document.root()) ? "1" : "0"});
}

void metadata_of(const Words& words) {
  const auto found = item_metadata(*store_at(words, 0), word(words, 1));
  if (found)
    print({to_json(found->root())});
  else
    std::cout << "none" << std::endl;
}

void code_of(const Words& words) {
  const auto code = function_code(*store_at(words, 0), word(words, 1));
  if (code)
    print({std::to_string(code->first_line), code->source});
  else
    std::cout << "none" << std::endl;
}

void put_code(const Words& words) {
  put_function_code(*store_at(words, 0), word(words, 1), {word(words, 3), std::stoi(word(words, 2))});
  print({});
}

void list_keys(const Words& words) {
  const auto store = store_at(words, 0);
  const auto listing = store->list();
  Words keys;
  for (auto page = listing->next(); !page.empty(); page = listing->next()) {
    for (const Entry& entry : page) keys.push_back(entry.key);
  }
  print(keys);
}

void compute(const Words& words) {
  const std::string how = word(words, 4);
  const Document document = get_or_compute(*store_at(words, 0), word(words, 1), [&] {
    // One write for each line, so that no two mix.
    std::ofstream(word(words, 3), std::ios::app) << std::to_string(::getpid()) + "\n" << std::flush;
    if (how == "hang") std::this_thread::sleep_for(std::chrono::hours(1));
    if (how == "fail") throw Error(ErrorKind::usage, "computed in vain");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return load(Path(word(words, 2)));
  });
  print({to_json(document.root())});
}

void answer(const std::string& command, const Words& words) {
  if (command == "key") return print({joblib_key({joblib_function(word(words, 0), word(words, 1)), word(words, 2)})});
  if (command == "call") {
    const auto call = joblib_call(word(words, 0));
    return print(call ? Words{call->function, call->arguments} : Words{});
  }
  if (command == "dump") return dump_item(words);
  if (command == "load") return load_item(words);
  if (command == "metadata") return metadata_of(words);
  if (command == "code") return code_of(words);
  if (command == "put_code") return put_code(words);
  if (command == "clear") return print({std::to_string(clear_function(*store_at(words, 0), word(words, 1)))});
  if (command == "list") return list_keys(words);
  if (command == "compute") return compute(words);
  throw std::invalid_argument("unknown command: " + command);
}

}  // namespace
}  // namespace larder

int main() { return larder::testing::answer_questions(larder::answer); }
