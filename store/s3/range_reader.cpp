#include "store/s3/range_reader.h"

#include <algorithm>
#include <cstring>
#include <deque>
#include <utility>
#include <vector>

#include "base/text.h"
#include "codecs/deflate_checksum.h"
#include "codecs/ordered_work.h"

namespace larder::internal::s3 {

namespace {

constexpr std::uint64_t kibi = 1024;
constexpr std::uint64_t smallest_piece = kibi * kibi;  // of what many requests fetch at once
constexpr std::uint64_t smallest_block = 64 * kibi;    // that is fetched ahead
constexpr std::uint64_t blocks_ahead = 4;              // at least; more where they are as large as a part
constexpr std::uint64_t largest_gap = 64 * kibi;       // to read what is between costs less than another request

// The CRC-32 of an object that is read from its first byte on, as far as it was.
class RunningCrc {
 public:
  explicit RunningCrc(std::optional<std::uint32_t> wanted) : wanted_(wanted) {}

  // Whether bytes from `offset` on continue what was read.
  bool continues(std::uint64_t offset) const noexcept { return wanted_ && offset == seen_; }
  void add(Bytes bytes) noexcept {
    crc_ = crc32(crc_, bytes);
    seen_ += bytes.size();
  }
  void join(std::uint32_t crc, std::uint64_t size) noexcept {
    crc_ = joined_crc32(crc_, crc, size);
    seen_ += size;
  }

  // Called once all of the object's bytes may have been read.
  void check(std::uint64_t size, const std::string& name) const {
    if (!wanted_ || seen_ != size || crc_ == *wanted_) return;
    fail(ErrorKind::checksum, name, ": the CRC-32 is ", hex(crc_, 8), ", ", hex(*wanted_, 8), " was put");
  }

 private:
  std::optional<std::uint32_t> wanted_;
  std::uint32_t crc_ = crc32_of_nothing;
  std::uint64_t seen_ = 0;
};

// Positions of this class are those in the object; the Reader's own begin at `begin_`.
class RangeReader final : public Reader {
 public:
  RangeReader(RangedObject object, const ByteRange& range, const RangeLimits& limits)
      : object_(std::move(object)),
        threads_(limits.threads),
        part_(std::max(limits.part, smallest_piece)),
        begin_(range.offset),
        end_(range.offset + range.size),
        at_(begin_),
        // The block that is being read is held beside those ahead.
        largest_window_(
            std::min(limits.memory / (blocks_ahead + 1) * blocks_ahead, std::uint64_t{limits.threads} * limits.part)),
        crc_(object_.crc32),
        work_(limits.threads) {}

 private:
  // Fetched ahead, or being fetched.
  struct Block {
    std::uint64_t offset;
    MutableBytes bytes;
    Region memory;
    bool fetched = false;

    std::uint64_t end() const noexcept { return offset + bytes.size(); }
  };

  std::size_t do_read(MutableBytes out) override {
    out = out.first(static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), end_ - at_)));
    if (out.empty()) return 0;
    const std::uint64_t window = std::min(run_, largest_window_);
    const std::size_t size = read_some(out);
    at_ += size;
    run_ += size;
    if (at_ == object_.size) crc_.check(object_.size, object_.name);
    // Who asks for more than would be ahead is served best by all at once.
    if (out.size() <= window) fetch_ahead(window);
    return size;
  }

  // From where the bytes at `at_` are: at the beginning of the object, ahead, or far away.
  std::size_t read_some(MutableBytes out) {
    if (at_ < object_.first.size()) return copy(object_.first.bytes(), 0, out);
    if (ahead_.empty()) return fetch(out);
    Block& block = ahead_.front();
    if (!block.fetched) work_.take();
    block.fetched = true;
    const std::size_t size = copy(block.bytes, block.offset, out);
    if (at_ + size == block.end()) drop_front();
    return size;
  }

  std::size_t copy(Bytes from, std::uint64_t offset, MutableBytes out) {
    const Bytes there = from.subspan(static_cast<std::size_t>(at_ - offset));
    const std::size_t size = std::min(there.size(), out.size());
    std::memcpy(out.data(), there.data(), size);
    if (crc_.continues(at_)) crc_.add(out.first(size));
    return size;
  }

  // Straight into the caller's memory, in pieces by many requests at once.
  std::size_t fetch(MutableBytes out) {
    const std::uint64_t share = (out.size() + threads_ - 1) / threads_;
    const auto piece = static_cast<std::size_t>(std::clamp(share, smallest_piece, part_));
    const bool counts = crc_.continues(at_);
    std::vector<std::uint32_t> crcs((out.size() + piece - 1) / piece);
    try {
      for (std::size_t i = 0; i < crcs.size(); ++i) {
        const MutableBytes part = out.subspan(i * piece, std::min(piece, out.size() - i * piece));
        work_.give([this, part, counts, offset = at_ + i * piece, &crc = crcs[i]](std::size_t) {
          object_.fetch(offset, part);
          if (counts) crc = crc32(crc32_of_nothing, part);
        });
      }
      for (std::size_t i = 0; i < crcs.size(); ++i) {
        work_.take();
        if (counts) crc_.join(crcs[i], std::min(piece, out.size() - i * piece));
      }
    } catch (...) {
      work_.drop_all();  // the others write into the caller's memory
      throw;
    }
    return out.size();
  }

  // Blocks behind the last one, so that up to `window` bytes are ahead.
  void fetch_ahead(std::uint64_t window) {
    const std::uint64_t wanted = std::min(end_ - at_, window);
    const std::uint64_t size = std::clamp(window / blocks_ahead, smallest_block, part_);
    while (true) {
      const std::uint64_t next =
          ahead_.empty() ? std::max<std::uint64_t>(at_, object_.first.size()) : ahead_.back().end();
      const std::uint64_t end = std::min(next + size, end_);
      if (end == next || end > at_ + wanted) return;
      give_block(next, static_cast<std::size_t>(end - next));
    }
  }

  void give_block(std::uint64_t offset, std::size_t size) {
    Region memory = take_spare(size);
    const MutableBytes bytes = memory.mutable_bytes().first(size);
    ahead_.push_back({offset, bytes, std::move(memory)});
    work_.give([this, offset, bytes](std::size_t) { object_.fetch(offset, bytes); });
  }

  // Memory of a block that was read, where there is one that is large enough.
  Region take_spare(std::size_t size) {
    while (!spare_.empty()) {
      Region memory = std::move(spare_.back());
      spare_.pop_back();
      if (memory.size() >= size) return memory;
    }
    return Region::allocate(size);
  }

  void drop_front() {
    spare_.push_back(std::move(ahead_.front().memory));
    ahead_.pop_front();
  }

  bool do_can_seek() const override { return true; }

  void do_seek(std::uint64_t position) override {
    const std::uint64_t to = begin_ + position;
    run_ = to >= at_ && to - at_ <= largest_gap ? run_ + (to - at_) : 0;
    at_ = to;
    while (!ahead_.empty() && ahead_.front().end() <= to) {
      if (!ahead_.front().fetched) work_.take();
      drop_front();
    }
    if (ahead_.empty() || ahead_.front().offset <= std::max<std::uint64_t>(to, object_.first.size())) return;
    work_.drop_all();
    ahead_.clear();
  }

  std::optional<std::uint64_t> do_size() const override { return end_ - begin_; }
  std::string do_name() const override { return object_.name; }

  RangedObject object_;
  std::uint64_t threads_;
  std::uint64_t part_;
  std::uint64_t begin_;
  std::uint64_t end_;
  std::uint64_t at_;
  std::uint64_t largest_window_;
  std::uint64_t run_ = 0;  // bytes that were read since the last seek
  RunningCrc crc_;
  std::deque<Block> ahead_;  // without gaps; their jobs are in `work_`
  std::vector<Region> spare_;
  OrderedWork work_;  // destroyed first: its jobs write to the others
};

}  // namespace

std::unique_ptr<Reader> range_reader(RangedObject object, const ByteRange& range, const RangeLimits& limits) {
  if (range.size == 0 || range.offset + range.size <= object.first.size()) {
    Region bytes = range.size == 0 ? Region()
                                   : object.first.slice(static_cast<std::size_t>(range.offset),
                                                        static_cast<std::size_t>(range.size));
    return memory_reader(std::move(bytes), std::move(object.name));
  }
  return std::make_unique<RangeReader>(std::move(object), range, limits);
}

}  // namespace larder::internal::s3
