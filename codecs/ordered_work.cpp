#include "codecs/ordered_work.h"

#include <algorithm>
#include <csignal>
#include <system_error>
#include <utility>

#include "base/text.h"

namespace larder::internal {

namespace {

// Blocks all signals in this thread, and so in those that it starts, for as long as it lives.
class WithoutSignals {
 public:
  WithoutSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);  // can only fail for a `how` that does not exist
  }
  ~WithoutSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  WithoutSignals(const WithoutSignals&) = delete;
  WithoutSignals& operator=(const WithoutSignals&) = delete;

 private:
  sigset_t before_{};
};

}  // namespace

std::size_t thread_count(int wanted) {
  if (wanted < 0) fail(ErrorKind::usage, "there cannot be ", wanted, " threads; 0 means one for each processor");
  if (wanted > 0) return static_cast<std::size_t>(wanted);
  // Asked once: it takes as long as compressing a small value.
  static const std::size_t processors = std::max<std::size_t>(std::thread::hardware_concurrency(), 1);
  return processors;
}

OrderedWork::~OrderedWork() {
  drop_all();
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  given_.notify_all();
  for (std::thread& other : others_) other.join();
}

void OrderedWork::give(Job job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({.job = std::move(job)});
  }
  // The first job is the caller's own: what has one block needs no other thread.
  if (others_.size() + 1 < std::min(threads_, jobs_.size())) start_thread();
  given_.notify_one();
}

void OrderedWork::start_thread() {
  if (out_of_threads_) return;
  const WithoutSignals without_signals;
  others_.reserve(threads_);
  try {
    others_.emplace_back([this, number = others_.size() + 1] { work(number); });
  } catch (const std::system_error&) {
    out_of_threads_ = true;
  }
}

OrderedWork::Entry* OrderedWork::next_waiting() noexcept {
  const auto found = std::ranges::find(jobs_, State::waiting, &Entry::state);
  return found == jobs_.end() ? nullptr : &*found;
}

void OrderedWork::run(Entry& entry, std::size_t thread, std::unique_lock<std::mutex>& lock) {
  entry.state = State::running;
  lock.unlock();
  try {
    entry.job(thread);
  } catch (...) {
    entry.error = std::current_exception();
  }
  lock.lock();
  entry.state = State::done;
}

void OrderedWork::work(std::size_t thread) {
  std::unique_lock lock(mutex_);
  while (true) {
    Entry* entry = nullptr;
    given_.wait(lock, [&] { return closing_ || (entry = next_waiting()) != nullptr; });
    if (closing_) return;
    run(*entry, thread, lock);
    finished_.notify_one();
  }
}

void OrderedWork::take() {
  std::exception_ptr error;
  {
    std::unique_lock lock(mutex_);
    Entry& oldest = jobs_.front();
    while (oldest.state != State::done) {
      if (Entry* const entry = next_waiting())
        run(*entry, 0, lock);
      else
        finished_.wait(lock);
    }
    error = oldest.error;
    jobs_.pop_front();
  }
  if (error) std::rethrow_exception(error);
}

void OrderedWork::drop_all() noexcept {
  std::unique_lock lock(mutex_);
  // Those that wait are not erased one by one: threads refer to the entries between them.
  while (Entry* const entry = next_waiting()) entry->state = State::done;
  finished_.wait(lock,
                 [&] { return std::ranges::all_of(jobs_, [](const Entry& e) { return e.state == State::done; }); });
  jobs_.clear();
}

}  // namespace larder::internal
