#include "base/text.h"
#include "tools/interrupt.h"
#include "tools/objects.h"
#include "tools/progress.h"
#include "tools/store.h"

namespace larder::tools {

namespace {

UserMetadata parse_metadata(const std::vector<std::string>& texts) {
  UserMetadata metadata;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos)
      internal::fail(ErrorKind::usage, internal::quoted(text), " is no metadata; give NAME=TEXT");
    const std::string name = text.substr(0, equals);
    if (!metadata.emplace(name, text.substr(equals + 1)).second)
      internal::fail(ErrorKind::usage, "the metadata ", internal::quoted(name), " is given twice");
  }
  return metadata;
}

PutOptions put_options(const StorePutOptions& options) {
  PutOptions put;
  put.metadata = parse_metadata(options.metadata);
  put.cost = options.cost;
  if (options.if_absent) put.condition = Condition::absent;
  if (options.if_match) {
    put.condition = Condition::match;
    put.etag = *options.if_match;
  }
  return put;
}

Status put(Store& store, Reader& input, const StorePutOptions& options, Console& console) {
  PutOptions how = put_options(options);
  how.size = input.size();
  const auto writer = store.put(options.key, how);
  copy(input, *writer);
  throw_if_interrupted();
  try {
    writer->finish();
    return Status::fine;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::conflict || how.condition == Condition::always) throw;
    // The condition does not hold: an answer, whatever status a conflict has elsewhere.
    static_cast<void>(report_key(store, options.key, error, console));
    return Status::check_failed;
  }
}

}  // namespace

Status store_put(const StorePutOptions& options, Console& console) {
  const InterruptGuard guard;
  try {
    ProgressReader input(open_input(options.file), options.quiet);
    return with_store(options.store, StoreUse::fill, console, [&](Store& store) {
      return with_key(store, options.key, console, [&] { return put(store, input, options, console); });
    });
  } catch (const Error& error) {
    return console.report(input_name(options.file), error);
  }
}

}  // namespace larder::tools
