#include "codecs/bz2/suffix_order.h"

#include "base/checked.h"
#include "base/text.h"

#if LARDER_HAS_DIVSUFSORT
#include <divsufsort.h>

#include <larder/error.h>
#else
#include "codecs/bz2/induced_sorting.h"
#endif

namespace larder::internal::bz2 {

#if LARDER_HAS_DIVSUFSORT

std::string suffix_sorter() { return join("libdivsufsort ", divsufsort_version()); }

void sort_suffixes(std::span<const std::uint8_t> text, std::span<std::int32_t> order) {
  if (divsufsort(text.data(), order.data(), checked_cast<saidx_t>(text.size()).value()) != 0)
    fail(ErrorKind::limit, "libdivsufsort is out of memory");
}

#else

std::string suffix_sorter() { return {}; }

void sort_suffixes(std::span<const std::uint8_t> text, std::span<std::int32_t> order) { induce_order(text, order); }

#endif

}  // namespace larder::internal::bz2
