#include "formats/pickle/nested.h"

#include "formats/pickle/machine.h"

namespace larder::internal {

Value read_nested_pickle(const ReadSource& source, Document& document) {
  PickleInput input(source.reader, source.limits);
  if (source.observer != nullptr) source.observer->on_nested_stream(true, input.position());
  const Value value = PickleMachine(input, document, source).run();
  input.release();
  if (source.observer != nullptr) source.observer->on_nested_stream(false, source.reader.position());
  return value;
}

}  // namespace larder::internal
