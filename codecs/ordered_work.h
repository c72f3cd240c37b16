// Jobs on several threads, whose results are taken in order.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace larder::internal {

// Threads for `wanted`: itself, or one for each processor that this process may use where it is 0. Error `usage` for
// less than 0.
std::size_t thread_count(int wanted);

// Runs jobs on up to `threads` threads. The caller's own is one of them: it works while it waits, so that one thread
// means no other.
//
// Used by one thread. Others are started when there is work for them; where the system has no more of them, those that
// there are do all of it. They take no signals. The destructor waits for jobs that run, and drops those that do not.
//
// Why not oneTBB, which DESIGN.md names: its pipelines pull, while a Writer is pushed; a caller that waits for one task
// of its arenas leaves a core idle; and its own threads are opaque to thread sanitizers.
class OrderedWork {
 public:
  // Gets the number of the thread that runs it, below `threads`; the caller's is 0.
  using Job = std::function<void(std::size_t thread)>;

  explicit OrderedWork(std::size_t threads) : threads_(threads) {}
  ~OrderedWork();
  OrderedWork(const OrderedWork&) = delete;
  OrderedWork& operator=(const OrderedWork&) = delete;

  std::size_t threads() const noexcept { return threads_; }
  // Jobs that were given and not yet taken.
  std::size_t pending() const noexcept { return jobs_.size(); }
  // How many pending jobs keep all threads busy, when these take equally long.
  std::size_t enough() const noexcept { return threads_ == 1 ? 1 : threads_ + 1; }
  // How many do so also while the caller is at a job of its own and neither takes nor gives any.
  std::size_t plenty() const noexcept { return threads_ == 1 ? 1 : 2 * threads_ + 1; }

  void give(Job job);

  // Waits for the oldest job and takes it away; throws what it threw. There must be one.
  void take();

  // Waits until no job runs or waits, and takes all away; what they throw is dropped.
  void drop_all() noexcept;

 private:
  enum class State { waiting, running, done };
  struct Entry {
    Job job;
    State state = State::waiting;
    std::exception_ptr error{};
  };

  void start_thread();
  void work(std::size_t thread);
  // Runs a job that waits; the lock is not held meanwhile.
  void run(Entry& entry, std::size_t thread, std::unique_lock<std::mutex>& lock);
  Entry* next_waiting() noexcept;

  std::size_t threads_;
  std::mutex mutex_;
  std::condition_variable given_;     // for the other threads
  std::condition_variable finished_;  // for the caller
  std::deque<Entry> jobs_;            // a deque, as entries are referred to while others come and go
  std::vector<std::thread> others_;
  bool out_of_threads_ = false;
  bool closing_ = false;
};

}  // namespace larder::internal
