// The header of an HDF5 object: the messages that say what it is.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "formats/hdf5/file.h"

namespace larder::internal {

enum class Hdf5Message : std::uint8_t {
  nothing = 0x00,
  dataspace = 0x01,
  link_info = 0x02,
  datatype = 0x03,
  old_fill_value = 0x04,
  fill_value = 0x05,
  link = 0x06,
  external_files = 0x07,
  layout = 0x08,
  filters = 0x0b,
  attribute = 0x0c,
  shared_table = 0x0f,
  continuation = 0x10,
  symbol_table = 0x11,
  attribute_info = 0x15,
};

// The messages of one object in the order of the file, in whatever blocks they lie. A message that is shared (a named
// datatype) is already replaced by what it refers to.
class Hdf5Header {
 public:
  enum class Sharing { followed, refused };

  // Errors `malformed` (also for headers in circles, and of more than 65,536 messages), `unsupported`, `checksum`,
  // `limit`. `file` is borrowed for the call.
  Hdf5Header(Hdf5File& file, std::uint64_t address, Sharing sharing = Sharing::followed);

  struct Message {
    Hdf5Message type;
    Hdf5Block content;
  };
  const std::vector<Message>& messages() const noexcept { return messages_; }
  // The first of a type; nothing where there is none.
  std::optional<Hdf5Block> find(Hdf5Message type) const;
  std::uint64_t address() const noexcept { return address_; }

 private:
  void read_old(Hdf5File& file, Hdf5Block prefix);
  void read_new(Hdf5File& file);
  void read_pieces(Hdf5File& file, std::vector<Hdf5Block> pieces, bool old);
  void add(Hdf5File& file, std::uint8_t type, std::uint8_t flags, Hdf5Block content);

  std::uint64_t address_;
  Sharing sharing_;
  bool has_creation_order_ = false;
  std::vector<Message> messages_;
};

// What a shared message, in a header or in an attribute, refers to. Only datatypes are shared.
Hdf5Block hdf5_shared(Hdf5File& file, Hdf5Block reference, Hdf5Message wanted);

}  // namespace larder::internal
