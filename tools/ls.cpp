#include <algorithm>
#include <limits>
#include <span>

#include "base/text.h"
#include "document/attributes.h"
#include "tools/commands.h"
#include "tools/describe.h"
#include "tools/report.h"
#include "tools/tree.h"
#include "tools/wording.h"

namespace larder::tools {

namespace {

constexpr std::size_t shown_imports = 20;
constexpr std::size_t shown_version = 100;  // bytes

WalkOptions walk_options(const ListOptions& options) {
  WalkOptions walk;
  walk.depth = options.depth;
  if (options.all) walk.members = walk.attributes = std::numeric_limits<std::size_t>::max();
  walk.fold = !options.json;
  return walk;
}

// "joblib, pickle protocol 4, gzip, 4.5 KiB (1.2 KiB stored)".
std::string storage_text(const Object& object) {
  std::string text = object.provenance.format;
  const char* const protocol = text == "pickle" ? ", protocol " : ", pickle protocol ";
  if (object.protocol) text += internal::join(protocol, *object.protocol);
  text += object.codec.empty() ? ", not compressed" : ", " + object.codec;
  text += ", " + size_text(object.provenance.decoded_bytes);
  if (!object.codec.empty() && object.stored) text += internal::join(" (the file has ", size_text(*object.stored), ")");
  return text;
}

void print_node(const Node& node, Console& console) {
  const std::string indent(2 * (node.depth + 1), ' ');
  if (node.left_out > 0) return console.print(internal::join(indent, "... ", node.left_out, " more\n"));
  std::string line = indent;
  if (!node.label.empty()) line += printable(node.label) + ": ";
  line += describe(node.value);
  if (node.value.is(ValueKind::array) && node.value.as_array().mapped()) line += ", mappable";
  if (node.repeated) line += ", as above";
  console.print(line + "\n");
}

void print_imports(const std::vector<std::string>& imports, bool all, Console& console) {
  if (imports.empty()) return;
  const std::size_t shown = all ? imports.size() : std::min(imports.size(), shown_imports);
  console.print(internal::join("  Python would import ", count_text(imports.size(), "name"), ":\n"));
  for (std::size_t i = 0; i < shown; ++i) console.print(internal::join("    ", printable(imports[i]), "\n"));
  if (shown < imports.size()) console.print(internal::join("    ... ", imports.size() - shown, " more\n"));
}

void print_libraries(const std::vector<LibraryVersion>& libraries, bool all, Console& console) {
  if (libraries.empty()) return;
  std::string line = "  written with";
  const char* separator = " ";
  const std::size_t shown = all ? libraries.size() : std::min(libraries.size(), shown_imports);
  for (const auto& [library, version] : std::span(libraries).first(shown)) {
    const std::string_view name = library;
    const std::string_view number = version;
    line += internal::join(separator, printable(name.substr(0, shown_version)), ' ',
                           printable(number.substr(0, shown_version)));
    separator = ", ";
  }
  if (shown < libraries.size()) line += internal::join(", and ", libraries.size() - shown, " more");
  console.print(line + "\n");
}

void print_metadata(const Metadata& metadata, const WalkOptions& options, Console& console) {
  console.print(internal::join("  metadata, with ", count_text(metadata.arrays.size(), "checksum"), " of arrays:\n"));
  walk(metadata.values.root(), options, [&](const Node& node) {
    if (node.depth > 0) print_node(node, console);
  });
}

Value describe_shape(Report& report, const Shape& shape) {
  const Value lengths = report.list();
  for (const auto length : shape) report.append(lengths, report.number(length));
  return lengths;
}

Value array_class(Report& report, Value array) {
  const std::string name = class_of(array);
  return name.empty() ? Value::none() : report.text(name);
}

// Fields of a value's description that depend on its kind.
void describe_value(Report& report, Value entry, Value value) {
  report.set(entry, "kind", report.text(name_of(value.kind())));
  switch (value.kind()) {
    case ValueKind::array: {
      const Array& array = value.as_array();
      report.set(entry, "dtype", report.text(array.dtype().name()));
      report.set(entry, "shape", describe_shape(report, array.shape()));
      report.set(entry, "order", report.text(array.storage_order() == Order::c ? "C" : "F"));
      report.set(entry, "bytes", report.number(array.nbytes()));
      report.set(entry, "mappable", Value::boolean(array.mapped()));
      report.set(entry, "class", array_class(report, value));
      break;
    }
    case ValueKind::none:
    case ValueKind::boolean:
    case ValueKind::integer:
    case ValueKind::floating:
    case ValueKind::complex:
      report.set(entry, "value", report.copy(value));
      break;
    case ValueKind::str:
    case ValueKind::bytes:
    case ValueKind::bytearray:
      report.set(entry, "bytes", report.number(value.size()));
      if (value.is(ValueKind::str) && value.size() <= 1000) report.set(entry, "value", report.copy(value));
      break;
    case ValueKind::list:
    case ValueKind::tuple:
    case ValueKind::dict:
    case ValueKind::set:
    case ValueKind::frozenset:
      report.set(entry, "items", report.number(value.size()));
      break;
    case ValueKind::global:
      report.set(entry, "name", report.text(internal::join(value.module_name(), '.', value.qualified_name())));
      break;
    case ValueKind::object:
      report.set(entry, "class", report.text(class_of(value)));
      if (internal::numpy_scalar(value)) report.set(entry, "value", report.copy(value));
      if (const auto elements = internal::object_array(value))
        report.set(entry, "shape", describe_shape(report, elements->shape));
      break;
  }
}

Value describe_node(Report& report, const Node& node) {
  const Value entry = report.object();
  report.set(entry, "depth", report.number(node.depth));
  if (node.left_out > 0) {
    report.set(entry, "left_out", report.number(node.left_out));
    return entry;
  }
  report.set(entry, "path", node.path ? report.text(*node.path) : Value::none());
  report.set(entry, "label", report.text(node.label));
  describe_value(report, entry, node.value);
  if (node.repeated) report.set(entry, "repeated", Value::boolean(true));
  return entry;
}

void describe_metadata(Report& report, Value entry, const Metadata& metadata) {
  const Value checksums = report.list();
  for (const ArrayChecksum& array : metadata.arrays) {
    const Value one = report.object();
    report.set(one, "path", array.path ? report.text(*array.path) : Value::none());
    report.set(one, "dtype", report.text(array.dtype));
    report.set(one, "shape", describe_shape(report, array.shape));
    report.set(one, "bytes", report.number(array.nbytes));
    report.set(one, "xxh3", report.text(internal::hex(array.xxh3, 16).substr(2)));
    report.append(checksums, one);
  }
  report.set(entry, "metadata", report.copy(metadata.values.root()));
  report.set(entry, "checksums", checksums);
}

Value describe_object(Report& report, const Object& object, const ListOptions& options) {
  const Value entry = report.object();
  report.set(entry, "format", report.text(object.provenance.format));
  report.set(entry, "codec", object.codec.empty() ? Value::none() : report.text(object.codec));
  report.set(entry, "protocol", object.protocol);
  report.set(entry, "decoded_bytes", report.number(object.provenance.decoded_bytes));
  report.set(entry, "imports", report.texts(globals_of(object.document.root())));
  const Value values = report.list();
  walk(object.document.root(), walk_options(options),
       [&](const Node& node) { report.append(values, describe_node(report, node)); });
  report.set(entry, "values", values);
  const Value libraries = report.list();
  for (const auto& [library, version] : library_versions(object.document.root())) {
    const Value one = report.object();
    report.set(one, "library", report.text(library));
    report.set(one, "version", report.text(version));
    report.append(libraries, one);
  }
  report.set(entry, "libraries", libraries);
  report.set(entry, "metadata", Value::none());
  report.set(entry, "checksums", report.list());
  if (object.provenance.metadata) describe_metadata(report, entry, *object.provenance.metadata);
  return entry;
}

// One file: calls show(object, number) for each object, numbered from 1.
template <class Show>
void for_each_object(const std::string& file, const ListOptions& options, Console& console, Show&& show) {
  ObjectFile input(file, options.reading, console, true);
  for (std::uint64_t number = 1; const auto object = input.next(); ++number) show(*object, number);
}

void print_file(const std::string& file, const ListOptions& options, Console& console) {
  for_each_object(file, options, console, [&](const Object& object, std::uint64_t number) {
    const std::string which = number == 1 ? "" : internal::join(", object ", number);
    console.print(internal::join(printable(input_name(file)), which, ": ", storage_text(object), "\n"));
    walk(object.document.root(), walk_options(options), [&](const Node& node) { print_node(node, console); });
    if (object.provenance.metadata) print_metadata(*object.provenance.metadata, walk_options(options), console);
    print_libraries(library_versions(object.document.root()), options.all, console);
    print_imports(globals_of(object.document.root()), options.all, console);
  });
}

// What is behind a problem is left out; the problem is an "error" in the description and a line on the console.
Status describe_file(const std::string& file, const ListOptions& options, Console& console, Report& report,
                     Value files) {
  const Value entry = report.object();
  const Value objects = report.list();
  report.append(files, entry);
  report.set(entry, "file", report.text(file));
  report.set(entry, "objects", objects);
  try {
    for_each_object(file, options, console, [&](const Object& object, std::uint64_t number) {
      if (number == 1) report.set(entry, "bytes", object.stored);
      report.append(objects, describe_object(report, object, options));
    });
    return Status::fine;
  } catch (const Error& error) {
    report.set(entry, "error", report.text(error.what()));
    return console.report(input_name(file), error);
  }
}

Status list_as_json(const ListOptions& options, Console& console) {
  Report report;
  const Value files = report.list();
  Status status = Status::fine;
  for (const auto& file : options.files) status = worse(status, describe_file(file, options, console, report, files));
  report.print(files, console);
  return status;
}

Status list_as_text(const ListOptions& options, Console& console) {
  Status status = Status::fine;
  for (const auto& file : options.files) {
    try {
      print_file(file, options, console);
    } catch (const Error& error) {
      status = worse(status, console.report(input_name(file), error));
    }
  }
  return status;
}

}  // namespace

Status list(const ListOptions& options, Console& console) {
  return options.json ? list_as_json(options, console) : list_as_text(options, console);
}

}  // namespace larder::tools
