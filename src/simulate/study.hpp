// What a simulation says: one row for each trace and scenario, and what is drawn from them. Values;
// grams are gCO2eq, all instants UTC.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "carbon/intensity.hpp"
#include "simulate/scenario.hpp"

namespace karbonetes::simulate {

// How long Jobs waited: for an interrupting rule, by how much later they were done.
struct Waits {
  Millis mean{0}, median{0}, p95{0}, longest{0};
};

struct GroupRow {
  std::string name;
  std::uint64_t jobs = 0;
  double kwh = 0, baseline_grams = 0, grams = 0;
  Millis mean_wait{0};
};

struct Row {
  std::string zone;
  carbon::KindTag kind = carbon::KindTag::Average;
  Scenario scenario;
  std::uint64_t jobs = 0;
  double kwh = 0;
  double baseline_grams = 0;  // Immediate, under the same capacity
  double grams = 0;
  Waits waits;
  // Jobs by the reason of their release, of rules that the cluster has.
  std::uint64_t green = 0, planned = 0, not_worth_it = 0, at_deadline = 0, signal_unknown = 0;
  double peak_vcpu = 0, baseline_peak_vcpu = 0;  // that ran at a time
  Millis mean_queued{0};                         // for want of capacity, within the wait
  std::uint64_t late = 0;  // Jobs that capacity made start after their deadline
  std::vector<GroupRow> by_namespace;
  static constexpr std::size_t kBins = 24;
  std::array<std::uint64_t, kBins> wait_bins{};  // Jobs by wait, each bin bin_width wide; the last
                                                 // also holds what is longer
  Millis bin_width{0};
  double seconds = 0;  // that it took to compute

  // Part of the baseline's emissions, may be negative; 0 when there are none.
  [[nodiscard]] double saved() const { return baseline_grams > 0 ? 1 - grams / baseline_grams : 0; }
};

// `b` against `a`, whole days of arrivals resampled with replacement: neighbours share their
// weather, so single Jobs are no independent samples.
struct Comparison {
  std::size_t a = 0, b = 0;  // indices into Study::rows
  double saved_a = 0, saved_b = 0;
  double difference = 0, low = 0, high = 0;  // saved_b - saved_a, and its confidence interval
  double wait_hours = 0, wait_low = 0, wait_high = 0;  // mean wait of b less that of a
  double confidence = 0.95;
  int resamples = 0;
  int days = 0;
};

// The smallest maxDelay that gets `part` of what the longest one does.
struct Suggestion {
  std::string zone;
  Rule rule = Rule::LowestWindow;
  struct Step {
    Millis max_delay{0}, mean_wait{0};
    double saved = 0;
  };
  std::vector<Step> curve;  // ascending by max_delay
  double part = 0.9;
  std::size_t chosen = 0;  // index into curve
  bool worth_it = true;    // false: even the longest saves less than 1 %
};

// For the picture of intensity with starts: buckets of equal length from `from` on, over the first
// two weeks at most.
struct Timeline {
  std::string zone;
  TimePoint from{};
  Millis bucket{0};
  std::vector<double> intensity;  // mean of the bucket, gCO2eq/kWh
  struct Starts {
    std::string label;
    std::vector<std::uint32_t> jobs;  // that started in the bucket
  };
  std::vector<Starts> starts;  // the baseline first
};

struct Study {
  TimePoint from{}, until{};     // of the arrivals
  std::string traces, workload;  // what was read, for people: "de.csv (DE), 35,136 steps of 15m"
  std::vector<std::string> notes;
  std::vector<Row> rows;
  std::vector<Comparison> comparisons;
  std::vector<Suggestion> suggestions;
  std::vector<Timeline> timelines;  // one for each zone
};

}  // namespace karbonetes::simulate
