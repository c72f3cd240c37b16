#include "base/text.h"
#include "codecs/filename.h"
#include "document/array_names.h"
#include "persist/detect.h"
#include "persist/format_choice.h"
#include "persist/loading.h"
#include "tools/commands.h"
#include "tools/describe.h"
#include "tools/output.h"
#include "tools/tree.h"
#include "tools/wording.h"

namespace larder::tools {

namespace {

// The value that the longest part of `path` leads to, and that part.
std::pair<std::string_view, Value> as_far_as_it_goes(Value root, std::string_view path) {
  for (std::size_t end = path.size(); end > 0; --end) {
    if (path[end - 1] != '.' && path[end - 1] != '[') continue;
    const std::string_view part = path.substr(0, end - 1);
    try {
      if (const auto value = find_path(root, part)) return {part, *value};
    } catch (const Error&) {
      // Cut inside a quoted key: no path, so no stop on the way.
    }
  }
  return {"", root};
}

// "there is no 'steps[7]': steps is a list, 2 items, with [0], [1]".
std::string explain_absence(Value root, std::string_view path) {
  const auto [part, value] = as_far_as_it_goes(root, path);
  std::string text =
      internal::join("there is no ", internal::quoted(path), ": ", part.empty() ? "the object" : internal::quoted(part),
                     " is ", value.is(ValueKind::object) ? "a " : "", describe(value));
  const Members members(value);
  constexpr std::size_t most = 10;
  for (std::size_t i = 0, shown = 0; i < members.size() && shown < most; ++i) {
    const Member member = members[i];
    if (member.reachable) text.append(shown++ == 0 ? ", with " : ", ").append(printable(member.label));
  }
  return members.size() > most ? text + ", ..." : text;
}

std::string json_text(Value value, const Limits& limits) {
  JsonOptions json;
  json.pretty = true;
  json.limits = limits;
  return to_json(value, json) + "\n";
}

void write_json(Value value, const GetOptions& options, Console& console) {
  const std::string json = json_text(value, options.reading.limits);
  if (options.out.empty() || options.out == "-") return console.print(json);
  Output output(options.out, {});
  const Compression compression = resolve(Compress(), options.out);
  const auto encoder =
      compression.codec == nullptr
          ? nullptr
          : compression.codec->writer(output.writer(),
                                      {.level = compression.level, .limits = {}, .threads = options.reading.threads});
  (encoder ? *encoder : output.writer()).write(as_bytes(json));
  if (encoder) encoder->finish();
  output.finish();
}

void write_object(Value value, const StorageOptions& storage, const GetOptions& options) {
  Output output(options.out, {});
  ObjectWriter writer(options.out, storage, output.writer(), options.reading.quiet);
  writer.write(value, std::nullopt);
  writer.finish();
  output.finish();
}

// By the name of the output; without one that tells, arrays are .npy and everything else is JSON.
void write(Value value, const GetOptions& options, Console& console) {
  const std::string_view name = internal::without_codec(options.out);
  const bool telling = find_format_by_extension(name) != nullptr;
  const bool json = options.out.empty() || name.ends_with(".json") || (!telling && !value.is(ValueKind::array));
  if (json) return write_json(value, options, console);
  StorageOptions storage;
  storage.threads = options.reading.threads;
  if (!telling) storage.format = "npy";
  write_object(value, storage, options);
}

// The first step of a path, where that is a name.
std::string first_name(std::string_view path) {
  if (path.size() > 3 && path[0] == '[' && (path[1] == '"' || path[1] == '\'')) {
    const std::size_t end = path.find(path[1], 2);
    return std::string(end == std::string_view::npos ? "" : path.substr(2, end - 2));
  }
  return std::string(path.substr(0, path.find_first_of(".[")));
}

// Whether the file may hold arrays by name, which can be read one by one.
bool may_hold_names(const std::string& file) {
  if (file == "-") return false;
  const auto reader = open_file(internal::file_of(file));
  if (!reader->can_seek() || internal::detect_codec(*reader, CodecRegistry::global()) != nullptr) return false;
  return internal::detect_format(*reader, file, true).info().extent == Extent::rest;
}

// The first object of the file; only what the path begins with, where the file has that by name.
Object load_for(const GetOptions& options, Console& console) {
  if (options.reading.format.empty() && !options.path.empty() && may_hold_names(options.file)) {
    for (const std::string& name : {options.path, first_name(options.path)}) {
      if (name.empty()) continue;
      ReadOptions reading = options.reading;
      reading.only = {name};
      try {
        return *ObjectFile(options.file, reading, console, true).next();
      } catch (const Error& error) {
        const bool may_be_elsewhere = error.kind() == ErrorKind::not_found || error.kind() == ErrorKind::usage;
        if (!may_be_elsewhere) throw;
      }
    }
  }
  return *ObjectFile(options.file, options.reading, console, true).next();
}

}  // namespace

Status get(const GetOptions& options, Console& console) {
  std::string about = input_name(options.file);
  try {
    const Object object = load_for(options, console);
    const Value root = object.document.root();
    const auto value = internal::find_named(root, options.path);
    if (!value) {
      console.say(internal::join("larder: ", printable(about), ": ", explain_absence(root, options.path)));
      return Status::check_failed;
    }
    if (!options.out.empty()) about = output_name(options.out);
    write(*value, options, console);
    return Status::fine;
  } catch (const Error& error) {
    return console.report(about, error);
  }
}

}  // namespace larder::tools
