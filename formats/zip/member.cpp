#include "formats/zip/member.h"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

#include <larder/codec.h>

#include "base/byte_order.h"
#include "base/text.h"
#include "codecs/deflate_checksum.h"
#include "codecs/deflate_wrapper.h"
#include "codecs/ordered_work.h"

namespace larder::internal {

namespace {

// The deflate data of a member as a gzip file, which is decompressed and verified as all of them are.
class GzipOfMember final : public Reader {
 public:
  GzipOfMember(std::unique_ptr<Reader> data, const ZipEntry& entry, std::string name)
      : data_(std::move(data)), name_(std::move(name)) {
    header_ = write_header(Wrapper::gzip, 6, header_bytes_);
    trailer_ = write_trailer(Wrapper::gzip, entry.crc, entry.size, trailer_bytes_);
  }

 private:
  std::size_t do_read(MutableBytes out) override {
    if (!header_.empty()) return take(header_, out);
    if (const std::size_t size = data_->read(out); size != 0) return size;
    return take(trailer_, out);
  }
  std::string do_name() const override { return name_; }

  static std::size_t take(Bytes& from, MutableBytes out) {
    const std::size_t size = std::min(from.size(), out.size());
    std::ranges::copy(from.first(size), out.begin());
    from = from.subspan(size);
    return size;
  }

  std::unique_ptr<Reader> data_;
  std::string name_;
  std::array<std::byte, longest_wrapping> header_bytes_{};
  std::array<std::byte, longest_wrapping> trailer_bytes_{};
  Bytes header_;
  Bytes trailer_;
};

std::string name_of_member(const WholeSource& whole, const ZipEntry& entry) {
  return join("the member ", internal::quoted(entry.name), " of ", whole.source().reader.name());
}

// Reads `out` piece by piece, and sums the pieces up meanwhile, in another thread where there may be one. Returns how
// much there was, and the CRC-32 of that.
std::pair<std::size_t, std::uint32_t> read_and_sum(Reader& reader, MutableBytes out, std::size_t threads) {
  constexpr std::size_t piece_size = std::size_t{512} << 10;  // still in the cache when it is summed up
  if (out.size() <= piece_size) {
    const std::size_t size = reader.read(out);
    return {size, crc32(crc32_of_nothing, out.first(size))};
  }
  struct Piece {
    Bytes bytes;
    std::uint32_t sum = crc32_of_nothing;
  };
  std::deque<Piece> pieces;
  std::uint32_t sum = crc32_of_nothing;
  OrderedWork work(std::min<std::size_t>(threads, 2));
  const auto take = [&] {
    work.take();
    sum = joined_crc32(sum, pieces.front().sum, pieces.front().bytes.size());
    pieces.pop_front();
  };
  std::size_t done = 0;
  while (done < out.size()) {
    const MutableBytes room = out.subspan(done, std::min(piece_size, out.size() - done));
    const std::size_t size = reader.read(room);
    if (size == 0) break;
    Piece& piece = pieces.emplace_back(Piece{room.first(size)});
    work.give([&piece](std::size_t) { piece.sum = crc32(crc32_of_nothing, piece.bytes); });
    done += size;
    if (work.pending() >= work.enough()) take();
  }
  while (work.pending() != 0) take();
  return {done, sum};
}

class StoredMember final : public Reader {
 public:
  StoredMember(WholeSource& whole, const ZipEntry& entry)
      : whole_(whole),
        start_(entry.data),
        content_(whole.reader(entry.data, entry.stored)),
        name_(name_of_member(whole, entry)),
        threads_(thread_count(whole.source().threads)),
        left_(entry.size),
        size_(entry.size),
        crc_(entry.crc),
        checked_(!entry.unchecked) {}

 private:
  std::size_t do_read(MutableBytes out) override {
    if (!checked_) return content_->read(out);
    const auto [size, sum] = read_and_sum(*content_, out, threads_);
    left_ -= size;
    seen_ = joined_crc32(seen_, sum, size);
    if (left_ != 0) return size;
    if (seen_ != crc_) fail(ErrorKind::checksum, "the content of ", name_, " disagrees with its CRC-32");
    whole_.note_verified(start_);
    return size;
  }
  std::optional<std::uint64_t> do_size() const override { return size_; }
  std::string do_name() const override { return name_; }

  WholeSource& whole_;
  std::uint64_t start_;
  std::unique_ptr<Reader> content_;
  std::string name_;
  std::size_t threads_;
  std::uint64_t left_;
  std::uint64_t size_;
  std::uint32_t crc_;
  std::uint32_t seen_ = crc32_of_nothing;
  bool checked_;
};

class DeflatedMember final : public Reader {
 public:
  DeflatedMember(WholeSource& whole, const ZipEntry& entry)
      : whole_(whole),
        start_(entry.data),
        name_(name_of_member(whole, entry)),
        wrapped_(whole.reader(entry.data, entry.stored), entry, name_),
        content_(CodecRegistry::global().get("gzip").reader(
            wrapped_, {.level = {}, .limits = whole.budget().left(), .threads = whole.source().threads})),
        left_(entry.size),
        size_(entry.size) {}

 private:
  std::size_t do_read(MutableBytes out) override {
    const std::size_t room = static_cast<std::size_t>(std::min<std::uint64_t>(left_, out.size()));
    const std::size_t size = content_->read(out.first(room));
    if (size == 0 && room != 0) fail(ErrorKind::malformed, name_, " ends ", left_, " bytes early");
    left_ -= size;
    if (left_ == 0 && !ended_) check_end();
    return size;
  }
  std::optional<std::uint64_t> do_size() const override { return size_; }
  std::string do_name() const override { return name_; }

  void check_end() {
    ended_ = true;
    if (!content_->peek(1).empty()) fail(ErrorKind::malformed, name_, " holds more than its ", size_, " bytes");
    static_cast<void>(content_->finish());
    if (!wrapped_.peek(1).empty()) fail(ErrorKind::malformed, name_, " has bytes behind its deflate data");
    whole_.note_verified(start_);
  }

  WholeSource& whole_;
  std::uint64_t start_;
  std::string name_;
  GzipOfMember wrapped_;
  std::unique_ptr<Reader> content_;
  std::uint64_t left_;
  std::uint64_t size_;
  bool ended_ = false;
};

bool is_in_place(const WholeSource& whole, const ZipEntry& entry) {
  return !entry.deflated && (whole.is_mapped() || whole.is_in_memory());
}

// Reads a member that is used in place for its checksum alone, where that is wanted.
void verify(WholeSource& whole, const ZipEntry& entry) {
  if (whole.is_mapped() && !whole.source().verify) return;
  const auto reader = member_reader(whole, entry);
  reader->skip(entry.size, "a member");
  static_cast<void>(reader->peek(1));
}

}  // namespace

std::unique_ptr<Reader> member_reader(WholeSource& whole, const ZipEntry& entry) {
  if (entry.deflated) return std::make_unique<DeflatedMember>(whole, entry);
  return std::make_unique<StoredMember>(whole, entry);
}

Region member_bytes(WholeSource& whole, const ZipEntry& entry) {
  if (is_in_place(whole, entry)) {
    verify(whole, entry);
    return whole.bytes(entry.data, entry.stored, "a member");
  }
  const auto reader = member_reader(whole, entry);
  Region region = read_within(*reader, entry.size, whole.budget().left(), "a member");
  static_cast<void>(reader->peek(1));
  whole.budget().take(entry.size);
  return region;
}

void verify_members(WholeSource& whole, const ZipDirectory& directory) {
  for (const ZipEntry& entry : directory.entries()) {
    if (entry.size == 0) continue;
    if (entry.unchecked) {
      whole.tell_unchecked();
      continue;
    }
    if (!whole.is_verified(entry.data)) verify(whole, entry);
    whole.tell_verified("CRC-32");
  }
}

ZipMember open_member(WholeSource& whole, const ZipEntry& entry) {
  if (is_in_place(whole, entry)) {
    verify(whole, entry);
    auto reader = whole.reader(entry.data, entry.stored);
    const ReadSource source = whole.inside(*reader, entry.data, entry.stored);
    return {std::move(reader), source};
  }
  auto reader = member_reader(whole, entry);
  ReadSource source = whole.inside(*reader, entry.data, entry.stored);
  source.mapped_file = nullptr;
  return {std::move(reader), source};
}

}  // namespace larder::internal
