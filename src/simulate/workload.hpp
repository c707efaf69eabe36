// The Jobs that are simulated, as compact values: a year may have a million. Pure data.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace karbonetes::simulate {

struct Job {
  TimePoint arrival{};   // when it is created
  Millis duration{0};    // how long it runs, > 0
  Millis expected{0};    // what its author says of that; 0: nothing
  Millis delay_cap{-1};  // it waits no longer than this, whatever the scenario; negative: no cap
  float kw = 0;          // of all its pods while it runs
  float vcpu = 0;        // of all its pods
  std::uint32_t ns = 0;  // index into Workload::namespaces
  std::uint32_t series = 0;  // index into Workload::series: Jobs that run about equally long
};

struct Workload {
  std::vector<Job> jobs;  // ascending by arrival
  std::vector<std::string> namespaces;
  std::vector<std::string> series;  // "namespace/name"
  std::vector<std::string> notes;   // what was left out or assumed, as sentences
};

// How far to move `first` so that it comes into the week that begins at `begin`, by whole weeks.
[[nodiscard]] Millis whole_weeks(TimePoint first, TimePoint begin);

// Stable, by arrival.
void sort_by_arrival(Workload& workload);

}  // namespace karbonetes::simulate
