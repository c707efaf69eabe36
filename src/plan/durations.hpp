// How long the Jobs of a series run, learned from those that finished: the newest of each series
// are kept, and their median and 90 % quantile are the estimate for the next. Jobs come again after
// a restart or a new list: they are known by a hash of their uid and count once. Failed Jobs are no
// samples (they say when something broke, not how long the work takes): callers do not feed them.
// Not thread-safe: its owner locks. Bounded; cannot fail.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"
#include "plan/estimate.hpp"

namespace karbonetes::plan {

// Jobs of one name run about equally long: the CronJob's name; else generateName, without the
// separator at its end; else the name without the run of digits (each with or without one of "-._"
// before it) at its end: "train-2026-11-24" is of series "train". A name of digits alone stays. The
// random end that Kubernetes makes is cut only where generateName says that there is one. Within
// one namespace: callers put it in front.
[[nodiscard]] std::string series_of(std::string_view cronjob, std::string_view generate_name,
                                    std::string_view name);

// One finished Job.
struct DurationSample {
  TimePoint finished{};
  Millis ran{0};
  std::uint64_t uid_hash = 0;

  bool operator==(const DurationSample&) const = default;
};

// The hash of a uid in DurationSample (FNV-1a): the same in every build, for it is stored.
[[nodiscard]] std::uint64_t hash_of_uid(std::string_view uid);

struct SeriesDurations {
  std::string series;
  std::vector<DurationSample> samples;  // oldest first

  bool operator==(const SeriesDurations&) const = default;
};

class Durations {
 public:
  static constexpr std::size_t kSamples = 16;   // of one series
  static constexpr std::size_t kSeries = 4000;  // the one that was fed least lately goes
  static constexpr std::size_t kMaxName = 512;  // longer names of series are not learned
  static constexpr Millis kLongest = std::chrono::hours(24 * 3650);

  // False when the sample tells nothing: this Job is known already, it is older than all of a full
  // series, or it ran for no time, or for longer than kLongest.
  bool feed(std::string_view series, const DurationSample& sample);

  // nullopt without a sample; one is enough. Both values are rounded up by at most 1/32 (and to
  // whole seconds): series that run about equally long then share the tables of their plans.
  [[nodiscard]] std::optional<DurationEstimate> estimate(std::string_view series) const;

  [[nodiscard]] std::size_t size() const { return by_name_.size(); }

  // All that is known, the series fed least lately first.
  [[nodiscard]] std::vector<SeriesDurations> snapshot() const;
  // Adds what a snapshot held; what is known already, or out of bounds, is passed over.
  void restore(const std::vector<SeriesDurations>& snapshot);

 private:
  using Order = std::list<SeriesDurations>;  // fed least lately first

  Order order_;
  std::unordered_map<std::string_view, Order::iterator> by_name_;  // views into order_
};

}  // namespace karbonetes::plan
