// The starts of one Job, looked at one by one: the same starts and costs as the tables of
// cost_table.hpp and saving_rate.hpp, without a table to make first. Over a few hundred steps that
// is quicker than to build one, and almost as quick as to ask one; tables are for ranges that are
// long. Lives on the stack for one question. Cannot fail.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "carbon/forecast.hpp"
#include "plan/saving_rate.hpp"

namespace karbonetes::plan {

struct Start {
  TimePoint at;
  double cost;  // gCO2eq/kWh
};

class StartScan {
 public:
  static constexpr std::size_t kMaxSteps = 640;  // between now and the latest start

  // The starts after `now` and up to `latest` can be looked at: they are not too many, and the
  // steps have one length.
  [[nodiscard]] static bool fits(const carbon::Forecast& forecast, TimePoint now, TimePoint latest);

  // duration > 0, and fits().
  StartScan(const carbon::Forecast& forecast, Millis duration, TimePoint now, TimePoint latest);

  [[nodiscard]] double lowest() const;  // infinity when there is no start
  [[nodiscard]] std::optional<Start> first_at_most(double cost) const;
  [[nodiscard]] double best(const SavingRates::From& from) const;  // minus infinity when none
  [[nodiscard]] std::optional<Start> first_at_least(double rate,
                                                    const SavingRates::From& from) const;

 private:
  // Equally spaced starts: those at a step's begin, and those whose run ends at one.
  struct Starts {
    TimePoint first{};
    Millis every{0};
    std::size_t size = 0;
    std::array<double, kMaxSteps + 2> costs;  // NOLINT(*-member-init): what is not used is not set
    [[nodiscard]] TimePoint at(std::size_t i) const {
      return first + every * static_cast<Millis::rep>(i);
    }
  };
  template <class Good>
  [[nodiscard]] std::optional<Start> earliest(const Good& good) const;

  Starts begins_, ends_;
};

}  // namespace karbonetes::plan
