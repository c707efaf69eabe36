// One way to run a workload: a rule and what it is given. Values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/v1alpha1/policy.hpp"
#include "base/time.hpp"
#include "carbon/green_rule.hpp"

namespace karbonetes::simulate {

// When a Job runs. The first block is decided by plan::decide, as in the cluster.
enum class Rule {
  FirstGreen,
  LowestSlot,
  LowestWindow,
  CarbonTime,
  // Baselines and bounds.
  Immediate,  // at its arrival
  FullDelay,  // when its time is over, whatever the grid does
  Oracle,     // the best start, by what the grid and the Job were really like
  // Interrupting: pods that stop and go on elsewhere, which Jobs in the cluster do not.
  WaitAwhile,  // the cheapest steps before the latest end (Wiesner et al., Middleware'21)
  Ecovisor,    // while it is below the percentile of the next 24 h, until the delay is used up
               // (Souza et al., ASPLOS'23, as GAIA compares it)
};

inline constexpr Rule kRules[] = {Rule::FirstGreen, Rule::LowestSlot, Rule::LowestWindow,
                                  Rule::CarbonTime, Rule::Immediate,  Rule::FullDelay,
                                  Rule::Oracle,     Rule::WaitAwhile, Rule::Ecovisor};
[[nodiscard]] const char* name(Rule rule);  // "first-green", "lowest-slot", ...
// Also as the CRD spells it ("LowestWindow"). Errors: InvalidArgument, with all names.
[[nodiscard]] Result<Rule> parse_rule(std::string_view text);
[[nodiscard]] bool interrupts(Rule rule);

// How the forecast errs. Each is additive, and its deviation is `size` x the trace's mean.
enum class ErrorKind {
  None,
  Iid,      // each step by itself, the same in all forecasts of it (Let's Wait Awhile)
  Horizon,  // grows with the square root of the lead time, to `size` a day ahead
  Ar1,      // correlated from step to step, grows to `size` with the lead time
};
struct ErrorModel {
  ErrorKind kind = ErrorKind::None;
  double size = 0;  // 0.05: 5 %
  std::uint64_t seed = 0;
  double correlation = 0.9;  // Ar1: of two instants an hour apart, 0..1

  bool operator==(const ErrorModel&) const = default;
};
[[nodiscard]] const char* name(ErrorKind kind);  // "none" | "iid" | "horizon" | "ar1"
[[nodiscard]] Result<ErrorKind> parse_error_kind(std::string_view text);

// What is known of a Job's duration when it is decided on.
enum class Durations {
  Known,    // all
  Learned,  // the author's word, else from earlier Jobs of its series, as the controller learns it
  Unknown,  // nothing
};
[[nodiscard]] const char* name(Durations durations);  // "known" | "learned" | "unknown"
[[nodiscard]] Result<Durations> parse_durations(std::string_view text);

// What the pools can run at a time; nullopt: any amount. A Job that goes to the green pool but
// finds no room takes the fallback pool if there is some, else it queues for the first that has.
struct Capacity {
  std::optional<double> green_vcpu, fallback_vcpu;
  [[nodiscard]] bool limited() const { return green_vcpu || fallback_vcpu; }

  bool operator==(const Capacity&) const = default;
};

struct Scenario {
  Rule rule = Rule::Immediate;
  Millis max_delay = api::kDefaultMaxDelay;
  // FirstGreen, Ecovisor: what green is; absent: the default percentile.
  std::optional<carbon::GreenRule> green;
  double min_saving = 0;  // 0..1, as the policy's minSavingPercent
  ErrorModel error;
  Durations durations = Durations::Known;
  // How often a forecast is published, and how far ahead it reaches. 0: it is published once, and
  // covers all.
  Millis forecast_every{0};
  Millis forecast_horizon = std::chrono::hours(72);
  Capacity capacity;
};

// "lowest-window, 8h, 5 % iid": what tells it from its neighbours in a table.
[[nodiscard]] std::string describe(const Scenario& scenario);

}  // namespace karbonetes::simulate
