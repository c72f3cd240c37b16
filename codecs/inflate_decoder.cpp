#include "codecs/inflate_decoder.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "codecs/isal.h"
#include "codecs/libz.h"

namespace larder::internal {

std::unique_ptr<Inflate> fastest_inflate() {
  auto inflate = isal_inflate();
  return inflate ? std::move(inflate) : libz_inflate();
}

InflateDecoder::InflateDecoder(Wrapper wrapper, std::unique_ptr<Inflate> inflate)
    : wrapper_(wrapper), inflate_(std::move(inflate)), header_(wrapper), checksum_(checksum_of_nothing(wrapper)) {}

Step InflateDecoder::step(Bytes in, MutableBytes out, bool) {
  Step step;
  if (!header_.complete()) step.consumed = header_.take(in);
  if (header_.complete() && !in_trailer_) {
    const Step inflated = inflate(in.subspan(step.consumed), out);
    step.consumed += inflated.consumed;
    step.produced = inflated.produced;
    in_trailer_ = inflated.ended;
  }
  if (in_trailer_) {
    step.consumed += take_trailer(in.subspan(step.consumed));
    step.ended = trailer_taken_ == trailer_size(wrapper_);
  }
  return step;
}

Step InflateDecoder::inflate(Bytes in, MutableBytes out) {
  const Step step = inflate_->step(in, out.first(std::min(out.size(), cached_content)));
  checksum_ = checksum(wrapper_, checksum_, out.first(step.produced));
  size_ += step.produced;
  return step;
}

std::size_t InflateDecoder::take_trailer(Bytes in) {
  const std::size_t size = trailer_size(wrapper_);
  const Bytes taken = in.first(std::min(in.size(), size - trailer_taken_));
  std::copy(taken.begin(), taken.end(), trailer_.begin() + static_cast<std::ptrdiff_t>(trailer_taken_));
  trailer_taken_ += taken.size();
  if (trailer_taken_ == size) {
    const char* const fault = fault_of_trailer(wrapper_, Bytes(trailer_).first(size), checksum_, size_);
    if (fault != nullptr) fail(ErrorKind::checksum, fault);
  }
  return taken.size();
}

void InflateDecoder::restart() {
  inflate_->restart();
  header_ = WrapperHeader(wrapper_);
  in_trailer_ = false;
  trailer_taken_ = 0;
  checksum_ = checksum_of_nothing(wrapper_);
  size_ = 0;
}

Tail InflateDecoder::tail(Bytes next) {
  const Bytes magic = next.first(std::min<std::size_t>(next.size(), 2));
  if (wrapper_ == Wrapper::zlib) return {.kind = is_zlib_header(magic) ? Tail::Kind::stream : Tail::Kind::end};
  if (is_gzip_header(magic)) return {.kind = Tail::Kind::stream};
  const auto content = std::find_if(next.begin(), next.end(), [](std::byte byte) { return byte != std::byte{0}; });
  const auto zeros = static_cast<std::size_t>(content - next.begin());
  return zeros == 0 ? Tail{} : Tail{.kind = Tail::Kind::padding, .size = zeros};
}

}  // namespace larder::internal
