// The memo of a pickle that is written: which values were written already.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>

#include <larder/document.h>

namespace larder::internal {

// Indices by identity. Values of a Document lie one behind the other in its arena, mostly in the order in which they
// are written, so that a table of one number for each eight bytes of memory is read and filled front to back. Not
// thread-safe.
class Written {
 public:
  // The index of a value that has an identity; nothing where it was not added.
  std::optional<std::uint32_t> find(Value value) {
    const auto at = address(value);
    const std::uint32_t number = page_of(at)[slot(at)];
    return number == 0 ? std::nullopt : std::optional(number - 1);
  }

  // An index for what is never referred to.
  std::uint32_t skip() {
    if (next_ == most) too_many();
    return next_++;
  }

  // Gives a value the next index. Error `limit` beyond 2^32 - 2.
  std::uint32_t add(Value value) {
    const std::uint32_t index = skip();
    const auto at = address(value);
    page_of(at)[slot(at)] = index + 1;
    return index;
  }

 private:
  static constexpr int page_bits = 16;
  static constexpr std::uint32_t most = 0xffffffff;
  using Page = std::array<std::uint32_t, (std::size_t{1} << page_bits) / 8>;  // of numbers: index + 1, or 0

  static std::uintptr_t address(Value value) noexcept { return reinterpret_cast<std::uintptr_t>(value.identity()); }
  static std::size_t slot(std::uintptr_t at) noexcept { return (at & ((std::uintptr_t{1} << page_bits) - 1)) / 8; }
  [[noreturn]] static void too_many();

  Page& page_of(std::uintptr_t at) {
    if (at >> page_bits != number_) find_page(at >> page_bits);
    return *page_;
  }
  void find_page(std::uintptr_t number);

  std::unordered_map<std::uintptr_t, std::unique_ptr<Page>> pages_;
  std::uintptr_t number_ = ~std::uintptr_t{0};  // of the page used last
  Page* page_ = nullptr;
  std::uint32_t next_ = 0;
};

}  // namespace larder::internal
