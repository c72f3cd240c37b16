#include "persist/metadata_beside.h"

#include <filesystem>

#include "base/text.h"
#include "document/json_parse.h"

namespace larder::internal {

namespace {

Path beside(const Path& file) {
  Path path = file;
  return path += ".metadata.json";
}

}  // namespace

Document parse_plain_metadata(std::string_view json, const Limits& limits) {
  Document document(limits);
  document.set_root(parse_json(json, document));
  if (!document.root().is(ValueKind::dict))
    fail(ErrorKind::malformed, "metadata is a dict, not a ", name_of(document.root().kind()));
  return document;
}

std::optional<Metadata> metadata_beside(const Path& file, const Limits& limits) {
  const Path path = beside(file);
  std::error_code absent;
  if (!std::filesystem::exists(path, absent)) return std::nullopt;
  try {
    const auto reader = open_file(path);
    const std::uint64_t size = reader->size().value_or(0);
    if (size > limits.text) fail(ErrorKind::limit, "metadata of ", size, " bytes is over Limits::text");
    const Region json = reader->read_region(size, "the metadata");
    return Metadata{.values = parse_plain_metadata(as_text(json.bytes()), limits), .arrays = {}};
  } catch (Error& error) {
    error.at(path.native());
    throw;
  }
}

Path settle_metadata_beside(const Path& file, std::string_view json, const FileOptions& options) {
  const Path path = beside(file);
  if (json.empty()) {
    std::error_code problem;
    std::filesystem::remove(path, problem);
    if (problem) fail_os(problem.value(), "remove", path.native());
    return {};
  }
  const auto writer = create_file(path, options);
  writer->write(as_bytes(json));
  writer->finish();
  return path;
}

}  // namespace larder::internal
