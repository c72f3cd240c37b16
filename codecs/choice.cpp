#include "codecs/choice.h"

#include <algorithm>
#include <ctime>
#include <optional>

#include <larder/measure.h>

#include "base/quantity.h"
#include "base/text.h"
#include "codecs/ordered_work.h"

namespace larder {

namespace internal {

namespace {

constexpr double share_of_writing = 0.015;  // what is found later may be written sooner: 2 % of that at most
constexpr double most_seconds = 0.5;
constexpr std::size_t least_sample = std::size_t{512} << 10;  // less tells too little of codecs with long windows
constexpr std::size_t most_sample = std::size_t{2} << 20;
constexpr std::size_t pilot_share = 8;  // a pilot run takes one part in so many of the sample
constexpr double as_good = 1.1;         // what costs so little more is as good, as far as a sample can tell
// So much no compression must gain: a small sample, not yet in the caches, overstates what compressing takes.
constexpr double worth_no_compression = 1.1;

// A candidate and what is known of it: first what is expected, then what a trial on the sample told.
struct Contender {
  Candidate candidate;
  Trial trial;
  bool tried = false;

  bool compresses() const noexcept { return candidate.compression.codec != nullptr; }
};

Trial expected(const Candidate& candidate, std::size_t content) {
  const auto size = static_cast<double>(content);
  return {.content = content,
          .stored = static_cast<std::uint64_t>(size / candidate.ratio),
          .compress_seconds = size / candidate.compress,
          .decompress_seconds = size / candidate.decompress};
}

double seconds_of(const Trial& trial) { return trial.compress_seconds + trial.decompress_seconds; }

class Selection {
 public:
  // The candidates in the order in which they are expected to suit.
  Selection(std::span<const Candidate> candidates, const Budget& budget, int parallel, const TryOut& try_out)
      : budget_(budget), parallel_(parallel), try_out_(try_out) {
    for (const Candidate& candidate : candidates) contenders_.push_back({candidate, expected(candidate, most_sample)});
    // No compression is never just expected to suit: where it does not, it costs most.
    std::ranges::stable_sort(contenders_, [this](const auto& a, const auto& b) {
      if (a.compresses() != b.compresses()) return a.compresses();
      return cost(a) < cost(b);
    });
  }

  // How much may be sampled so that the first few can be tried.
  std::size_t sample_size() const {
    constexpr std::size_t few = 4;
    double seconds_a_byte = 0;
    for (const Contender& each : std::span(contenders_).first(std::min(few, contenders_.size())))
      seconds_a_byte += seconds_of(expected(each.candidate, 1'000'000)) / 1e6;
    const double size = seconds_allowed(contenders_.front()) / seconds_a_byte;
    return size < least_sample ? 0 : std::min(most_sample, static_cast<std::size_t>(size));
  }

  // What takes too long to be tried may still be the smallest.
  void try_on(Bytes sample) {
    for (Contender& each : contenders_) {
      consider(each, sample);
      if (budget_.by_size() && !contenders_.front().tried) return;
    }
  }

  Choice chosen() const {
    const Contender& best = cheapest();
    Choice choice{.compression = best.candidate.compression, .content = budget_.content, .seconds = spent_};
    if (best.tried) choice.trial = best.trial;
    choice.tried = static_cast<int>(std::ranges::count_if(contenders_, &Contender::tried));
    return choice;
  }

 private:
  Trial with_all_threads(Trial trial) const {
    trial.compress_seconds /= parallel_;
    trial.decompress_seconds /= parallel_;
    return trial;
  }
  Cost cost(const Contender& each) const {
    Cost cost = cost_of(with_all_threads(each.trial), budget_);
    if (!each.compresses() && !budget_.by_size()) cost.amount *= worth_no_compression;
    return cost;
  }

  double seconds_to_write(const Contender& each) const {
    return larder::seconds_to_write(with_all_threads(each.trial), budget_);
  }

  double seconds_allowed(const Contender& best) const {
    double writing = seconds_to_write(best);
    // It may turn out to be the choice, and what it takes is known.
    const Contender& last = contenders_.back();
    if (!last.compresses() && !budget_.by_size()) writing = std::min(writing, seconds_to_write(last));
    return std::min(most_seconds, share_of_writing * writing);
  }
  bool affordable(double seconds) const { return spent_ + seconds <= seconds_allowed(cheapest()); }

  // A pilot run on the front of the sample warms everything up and tells what the whole of it will take.
  void consider(Contender& each, Bytes sample) {
    const Bytes front = sample.first(sample.size() / pilot_share);
    if (!affordable(seconds_of(expected(each.candidate, sample.size() + front.size())))) return;
    if (!affordable(seconds_of(run(each, front)) * pilot_share)) return;
    each.trial = run(each, sample);
    each.tried = true;
  }

  Trial run(const Contender& each, Bytes content) {
    const Trial trial = try_out_(each.candidate.compression, content);
    spent_ += seconds_of(trial);
    return trial;
  }

  // Of those that were tried the first that costs as little as any; what is expected to suit where none was.
  const Contender& cheapest() const {
    std::optional<Cost> least;
    for (const Contender& each : contenders_) {
      if (each.tried && (!least || cost(each) < *least)) least = cost(each);
    }
    if (!least) return contenders_.front();
    if (!budget_.by_size()) least->amount *= as_good;  // sizes are not noisy
    return *std::ranges::find_if(contenders_, [&](const auto& each) { return each.tried && cost(each) <= *least; });
  }

  Budget budget_;
  int parallel_;
  const TryOut& try_out_;
  std::vector<Contender> contenders_;
  double spent_ = 0;
};

double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Threads that will be at work: blocks are at least so large.
int threads_at_work(std::uint64_t content, int threads) {
  constexpr std::uint64_t block = std::uint64_t{1} << 20;
  return static_cast<int>(std::clamp<std::uint64_t>(content / block, 1, thread_count(threads)));
}

}  // namespace

Trial try_out(const Compression& compression, Bytes sample) {
  const Setting setting{.compression = compression, .threads = 1};
  return measure({&sample, 1}, {&setting, 1}, {.repeats = 0, .clock = processor_seconds}).front().trial;
}

Choice choose_among(std::span<const Candidate> candidates, const Content& content, const Budget& budget, int threads,
                    const TryOut& try_out) {
  // Of content that nothing is known about, so much is as good as any.
  constexpr std::uint64_t some = std::uint64_t{1} << 20;
  Budget of_content = budget;
  of_content.content = content.size == 0 ? some : content.size;
  Selection selection(candidates, of_content, threads_at_work(content.size, threads), try_out);
  const std::size_t size = selection.sample_size();
  if (size >= least_sample && content.size >= least_sample) selection.try_on(sample_of(content, size));
  Choice choice = selection.chosen();
  choice.content = content.size;
  return choice;
}

Choice choose(const Content& content, const Auto& how, std::string_view filename, int threads,
              const CodecRegistry& registry) {
  return choose_among(candidates(how, filename, registry), content, how.budget, threads, try_out);
}

}  // namespace internal

Choice choose(Bytes content, const Auto& how, std::string_view filename, int threads, const CodecRegistry& registry) {
  const auto read = [&](std::uint64_t offset, MutableBytes out) {
    std::ranges::copy(content.subspan(static_cast<std::size_t>(offset), out.size()), out.begin());
  };
  return internal::choose({content.size(), read}, how, filename, threads, registry);
}

std::string text_of(const Compression& compression) { return Setting{.compression = compression}.name(); }

std::string text_of(const Choice& choice) {
  using internal::decimal;
  const std::string name = text_of(choice.compression);
  if (choice.tried == 0) return name + " (too little content to try others on)";
  return internal::join(name, ", ratio ", decimal(ratio_of(choice.trial), 2), " (", choice.tried, " tried on ",
                        decimal(static_cast<double>(choice.trial.content) / 1e6, 2), " MB in ",
                        decimal(choice.seconds * 1e3, 1), " ms)");
}

}  // namespace larder
