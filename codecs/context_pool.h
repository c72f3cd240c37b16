// Contexts of compression libraries, kept for whoever needs one next: to make one costs more than to compress a little
// with it.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <utility>

namespace larder::internal {

// Holds up to `most` idle contexts. Thread-safe. What a context remembers of its last use is for its user to reset, so
// that nothing depends on it. A pool outlives its leases: make it once and never destroy it.
template <class Context, class Delete = std::default_delete<Context>, std::size_t most = 16>
class ContextPool {
 public:
  using Pointer = std::unique_ptr<Context, Delete>;

  // One context, until it goes back to the pool.
  class Lease {
   public:
    Lease(ContextPool& pool, Pointer context) noexcept : pool_(&pool), context_(std::move(context)) {}
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (context_) pool_->keep(std::move(context_));
    }

    // Frees it now, and it does not go back to the pool: for one that has grown too large to be kept.
    void discard() noexcept { context_.reset(); }

    Context* get() const noexcept { return context_.get(); }
    Context* operator->() const noexcept { return context_.get(); }
    Context& operator*() const noexcept { return *context_; }

   private:
    ContextPool* pool_;
    Pointer context_;
  };

  // An idle context, or what `make` returns, a Pointer. The default makes a Context whose members are not initialised.
  template <class Make>
  Lease take(Make make) {
    Pointer idle = take_idle();
    return Lease(*this, idle ? std::move(idle) : make());
  }
  Lease take() {
    return take([] { return Pointer(new Context); });
  }

 private:
  Pointer take_idle() noexcept {
    const std::lock_guard lock(mutex_);
    return count_ == 0 ? Pointer() : std::move(idle_[--count_]);
  }

  void keep(Pointer context) noexcept {
    const std::lock_guard lock(mutex_);
    if (count_ < most) idle_[count_++] = std::move(context);
  }

  std::mutex mutex_;
  std::array<Pointer, most> idle_;
  std::size_t count_ = 0;
};

}  // namespace larder::internal
