#include "formats/hdf5/header.h"

#include <algorithm>

namespace larder::internal {

namespace {
constexpr std::size_t most_messages = 65'536;
constexpr std::uint8_t is_shared = 0x02;
constexpr std::uint8_t fail_always_if_unknown = 0x80;
constexpr std::uint8_t last_known_type = 0x17;
}  // namespace

Hdf5Header::Hdf5Header(Hdf5File& file, std::uint64_t address, Sharing sharing) : address_(address), sharing_(sharing) {
  Hdf5Block start = file.block(address, 4, "an object header");
  if (as_text(start.take(4)) == "OHDR")
    read_new(file);
  else
    read_old(file, file.block(address, 16, "an object header"));
}

void Hdf5Header::read_old(Hdf5File& file, Hdf5Block prefix) {
  prefix.version(1, 1);
  prefix.skip(1);
  prefix.skip(2);  // how many messages: the blocks' sizes tell
  prefix.skip(4);
  const std::uint32_t size = prefix.u32();
  read_pieces(file, {file.block(address_ + 16, size, "an object header")}, true);
}

void Hdf5Header::read_new(Hdf5File& file) {
  Hdf5Block start = file.block(address_, 6, "an object header");
  start.signature("OHDR");
  start.version(2, 2);
  const std::uint8_t flags = start.u8();
  has_creation_order_ = (flags & 0x04) != 0;
  const std::uint64_t optional = ((flags & 0x20) != 0 ? 16U : 0U) + ((flags & 0x10) != 0 ? 4U : 0U);
  const std::size_t width = std::size_t{1} << (flags & 0x03);
  const std::uint64_t before = 6 + optional + width;
  Hdf5Block sized = file.block(address_, before, "an object header");
  sized.skip(6 + optional);
  const std::uint64_t size = sized.number(width);
  static_cast<void>(file.place(address_, size, "an object header"));
  Hdf5Block all = file.checked_block(address_, before + size + 4, "an object header");
  all.skip(before);
  read_pieces(file, {std::move(all)}, false);
}

void Hdf5Header::read_pieces(Hdf5File& file, std::vector<Hdf5Block> pieces, bool old) {
  const std::size_t head = old ? 8 : has_creation_order_ ? 6 : 4;
  for (std::size_t next = 0; next < pieces.size(); ++next) {
    Hdf5Block block = pieces[next];
    // What is too short for another message is a gap.
    while (block.left() >= head) {
      const std::uint64_t type = old ? block.u16() : block.u8();
      const std::uint16_t size = block.u16();
      const std::uint8_t flags = block.u8();
      block.skip(head - (old ? 5 : 4));
      Hdf5Block content = block.part(size, "a message of an object header");
      if (messages_.size() + pieces.size() > most_messages)
        block.refuse("is one of more than ", most_messages, " messages");
      if (type > last_known_type) {
        if ((flags & fail_always_if_unknown) != 0) content.unsupported("is of the unknown type ", type);
        continue;
      }
      if (static_cast<Hdf5Message>(type) != Hdf5Message::continuation) {
        add(file, static_cast<std::uint8_t>(type), flags, std::move(content));
        continue;
      }
      const std::uint64_t address = content.offset();
      const std::uint64_t length = content.length();
      file.visit(address, "a continuation of an object header");
      if (old) {
        pieces.push_back(file.block(address, length, "a continuation of an object header"));
      } else {
        Hdf5Block more = file.checked_block(address, length, "a continuation of an object header");
        more.signature("OCHK");
        pieces.push_back(std::move(more));
      }
    }
  }
}

void Hdf5Header::add(Hdf5File& file, std::uint8_t type, std::uint8_t flags, Hdf5Block content) {
  const auto message = static_cast<Hdf5Message>(type);
  if (message == Hdf5Message::nothing) return;
  if ((flags & is_shared) != 0 && sharing_ == Sharing::refused) content.refuse("is shared by a shared message");
  if ((flags & is_shared) != 0) content = hdf5_shared(file, std::move(content), message);
  messages_.push_back({message, std::move(content)});
}

std::optional<Hdf5Block> Hdf5Header::find(Hdf5Message type) const {
  const auto found = std::ranges::find(messages_, type, &Message::type);
  if (found == messages_.end()) return std::nullopt;
  return found->content;
}

Hdf5Block hdf5_shared(Hdf5File& file, Hdf5Block reference, Hdf5Message wanted) {
  if (wanted != Hdf5Message::datatype) reference.unsupported("is shared, and no datatype");
  const std::uint8_t version = reference.u8();
  const std::uint8_t kind = reference.u8();
  if (version == 1)
    reference.skip(6);
  else if (version == 3 && kind != 2)
    reference.unsupported("is in a heap of shared messages");
  else if (version < 1 || version > 3)
    reference.unsupported("is shared in version ", version + 0);
  const std::uint64_t address = reference.offset();
  const auto known = file.named_datatypes().find(address);
  if (known != file.named_datatypes().end()) return known->second;
  const auto datatype = Hdf5Header(file, address, Hdf5Header::Sharing::refused).find(wanted);
  if (!datatype) reference.refuse("leads to an object that is no datatype");
  file.named_datatypes().emplace(address, *datatype);
  return *datatype;
}

}  // namespace larder::internal
