// The order of the suffixes of a text by induced sorting, in linear time: what suffix_order.h uses in builds without
// libdivsufsort.
//
// Source: G. Nong, S. Zhang, W. H. Chan, "Two Efficient Algorithms for Linear Time Suffix Array Construction", 2011.
#pragma once

#include <cstdint>
#include <span>

namespace larder::internal::bz2 {

// As sort_suffixes (suffix_order.h). Beside `order` it takes up to twice the memory of that.
void induce_order(std::span<const std::uint8_t> text, std::span<std::int32_t> order);

}  // namespace larder::internal::bz2
