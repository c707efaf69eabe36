// What holds for every decision, over situations from a seeded generator: a failure names the
// seed's case and repeats.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "plan/decide.hpp"
#include "plan/outlook.hpp"

namespace karbonetes::plan {
namespace {

using std::chrono::days;
using std::chrono::minutes;

struct Situation {
  policy::ResolvedPolicy policy;
  carbon::Signal signal;
  TimePoint deadline{};
  TimePoint now{};
  TimePoint submitted{};
};

class Situations {
 public:
  Situation next() {
    Situation s;
    s.now = TimePoint(std::chrono::seconds(1'795'000'000)) + Millis(below(30 * 86'400'000U));
    s.deadline = s.now + minutes(below(2880)) - minutes(720);
    s.submitted = s.now - minutes(coin() ? 0 : below(300));
    s.policy = policy();
    s.signal = signal(s.now);
    return s;
  }

 private:
  std::int64_t below(std::uint32_t n) { return static_cast<std::int64_t>(random_() % n); }
  bool coin() { return below(2) == 0; }

  carbon::WindowSchedule windows() {
    std::vector<carbon::GreenWindow> out;
    for (auto n = 1 + below(3); n > 0; --n) {
      carbon::GreenWindow w{{}, {int(below(24)), int(below(60))}, {int(below(24)), int(below(60))}};
      for (int day = 1; day <= 7; ++day) {
        if (coin()) w.days.push_back(day);
      }
      out.push_back(w);
    }
    return carbon::WindowSchedule::make(std::move(out), "UTC").value();
  }

  carbon::GreenRule rule() {
    switch (below(4)) {
      case 0:
        return carbon::AbsoluteThreshold{carbon::Intensity<carbon::Average>(200), 0.05};
      case 1:
        return carbon::PercentileThreshold{30, std::chrono::hours(24), 0.05};
      default:
        return windows();
    }
  }

  // A day of the past and up to two to come, by the half hour.
  template <carbon::IntensityKind Kind>
  carbon::Series<Kind> series(TimePoint now) {
    carbon::Series<Kind> s;
    const TimePoint begin = std::chrono::floor<minutes>(now) - minutes(below(1440));
    for (auto n = 1 + below(120); n > 0; --n) {
      s.points.push_back({begin + minutes(30) * static_cast<int>(s.points.size()),
                          carbon::Intensity<Kind>(static_cast<double>(50 + below(400)))});
    }
    s.end = s.points.back().from + minutes(30);
    s.observed_until = std::clamp(now, begin, s.end);
    return s;
  }

  policy::ResolvedPolicy policy() {
    auto p = std::make_shared<api::Policy>();
    if (coin()) p->spec.green = rule();
    p->spec.strategy = static_cast<api::Strategy>(below(4));
    if (below(3) == 0) p->spec.min_saving = static_cast<double>(below(30)) / 100;
    if (below(4) != 0) p->spec.expected_duration = minutes(1 + below(600));
    if (coin()) p->spec.when_unknown = coin() ? api::WhenUnknown::Run : api::WhenUnknown::Wait;
    p->spec.placement.strict = coin();
    p->spec.placement.strict_at_deadline =
        coin() ? api::StrictAtDeadline::Fallback : api::StrictAtDeadline::KeepGreenPool;
    policy::PolicySet set;
    set.by_key["a/default"] = std::move(p);
    policy::Overrides overrides;
    overrides.run_now = below(8) == 0;
    return policy::resolve(set, "a", overrides, "system");
  }

  carbon::Signal signal(TimePoint now) {
    carbon::Signal s;
    if (below(6) == 0) return s;
    s.source = "test";
    s.observed_at = now - minutes(below(90));
    s.green = coin();
    if (coin()) s.stale_after = minutes(5);
    if (coin()) s.unknown_after = minutes(60);
    if (below(4) != 0) {
      s.says_green = coin();
      if (below(4) == 0) {
        s.forecast = carbon::Forecast::prepare(series<carbon::Marginal>(now));
      } else {
        s.forecast = carbon::Forecast::prepare(series<carbon::Average>(now));
      }
    }
    if (coin()) s.green_windows = windows().between(s.observed_at, s.observed_at + days(3));
    return s;
  }

  std::mt19937 random_{20261124};
};

carbon::GreenState truth(const Situation& s) {
  const auto* rule = s.policy.green.value.get();
  if (rule != nullptr && rule->index() == 0) {
    return std::get<carbon::WindowSchedule>(*rule).green_at(s.now) ? carbon::GreenState::Green
                                                                   : carbon::GreenState::NotGreen;
  }
  return outlook_at(rule, s.signal, s.now).state;
}

Decision decide(const Situation& s) {
  return plan::decide(s.policy, s.signal, s.deadline, s.now, s.submitted);
}

template <class S>
carbon::AnySeries shifted(S series, Millis by) {
  if constexpr (!std::is_same_v<S, std::monostate>) {
    for (auto& p : series.points) p.from += by;
    series.end += by;
    series.observed_until += by;
  }
  return series;
}

void shift(Situation& s, Millis by) {
  s.now += by;
  s.deadline += by;
  s.submitted += by;
  s.signal.observed_at += by;
  for (auto& w : s.signal.green_windows) w = {w.start + by, w.end + by};
  if (s.signal.forecast != nullptr) {
    s.signal.forecast = carbon::Forecast::prepare(std::visit(
        [&](const auto& series) { return shifted(series, by); }, s.signal.forecast->series()));
  }
}

bool follows_plan(const Decision& d) {
  return d.reason == Reason::Planned || d.reason == Reason::NotWorthIt;
}

TEST(DecideProperties, HoldInEverySituation) {
  Situations situations;
  int waits = 0;
  int releases = 0;
  int plans = 0;
  for (int i = 0; i < 20'000; ++i) {
    SCOPED_TRACE("case " + std::to_string(i));
    const Situation s = situations.next();
    const Decision d = decide(s);
    const auto state = truth(s);

    ASSERT_EQ(d.deadline, s.deadline);
    ASSERT_LE(d.next_check, s.deadline);
    ASSERT_FALSE(d.text.empty());
    ASSERT_EQ(d.text.find('\n'), std::string::npos);
    ASSERT_TRUE(s.now < s.deadline || d.action == Action::Release);
    ASSERT_EQ(s.policy.run_now, d.reason == Reason::RunNow);
    ASSERT_TRUE(!s.policy.run_now || d.action == Action::Release);
    if (follows_plan(d)) {
      ASSERT_LT(s.now, s.deadline);
      ASSERT_TRUE(d.action == Action::Release || d.planned_start);
      ASSERT_TRUE(!d.planned_start || (*d.planned_start > s.now && *d.planned_start <= s.deadline));
      ASSERT_TRUE(d.reason != Reason::NotWorthIt || *d.expected_saving < s.policy.min_saving.value);
      ASSERT_TRUE(d.action == Action::Wait || d.pool == Pool::Green ||
                  state != carbon::GreenState::Green);
    } else if (state == carbon::GreenState::Green) {
      ASSERT_EQ(d.action, Action::Release);
      ASSERT_EQ(d.pool, Pool::Green);
      ASSERT_EQ(d.strict, s.policy.strict.value);
    } else if (d.action == Action::Release) {
      const bool keep = s.policy.strict.value &&
                        s.policy.strict_at_deadline.value == api::StrictAtDeadline::KeepGreenPool;
      ASSERT_EQ(d.pool, keep ? Pool::Green : Pool::Fallback);
      ASSERT_EQ(d.strict, keep);
    }
    if (d.action == Action::Wait) {
      ++waits;
      plans += d.planned_start.has_value();
      ASSERT_GT(d.next_check, s.now);
      ASSERT_TRUE(follows_plan(d) || state != carbon::GreenState::Green);
      ASSERT_TRUE(!d.next_green || *d.next_green > s.now);
    } else {
      ++releases;
    }
  }
  EXPECT_GT(waits, 2000) << "the generator must reach both sides";
  EXPECT_GT(releases, 2000);
  EXPECT_GT(plans, 2000);
}

TEST(DecideProperties, SameInputsSameAnswer) {
  Situations situations;
  for (int i = 0; i < 2000; ++i) {
    const Situation s = situations.next();
    const Decision a = decide(s);
    const Decision b = decide(s);
    ASSERT_EQ(a.action, b.action);
    ASSERT_EQ(a.pool, b.pool);
    ASSERT_EQ(a.reason, b.reason);
    ASSERT_EQ(a.next_green, b.next_green);
    ASSERT_EQ(a.next_check, b.next_check);
    ASSERT_EQ(a.text, b.text);
  }
}

TEST(DecideProperties, WholeWeeksInUtcShiftTheAnswer) {
  Situations situations;
  for (int i = 0; i < 5000; ++i) {
    Situation s = situations.next();
    const Decision before = decide(s);
    const Millis by = days(7 * (1 + i % 60));
    shift(s, by);
    const Decision after = decide(s);
    ASSERT_EQ(after.action, before.action) << i;
    ASSERT_EQ(after.pool, before.pool);
    ASSERT_EQ(after.reason, before.reason);
    ASSERT_EQ(after.strict, before.strict);
    ASSERT_EQ(after.next_green.has_value(), before.next_green.has_value());
    ASSERT_TRUE(!after.next_green || *after.next_green == *before.next_green + by);
    ASSERT_EQ(after.planned_start.has_value(), before.planned_start.has_value());
    ASSERT_TRUE(!after.planned_start || *after.planned_start == *before.planned_start + by);
    ASSERT_EQ(after.expected_saving, before.expected_saving);
    ASSERT_TRUE(after.action == Action::Release || after.next_check == before.next_check + by);
  }
}

// Nothing changes by time alone before next_check: whoever sleeps until then misses nothing. (But
// what waiting is worth, when costs are means over a run, changes at every moment: under a
// minSaving that is looked at with each step of the series.)
TEST(DecideProperties, NothingChangesBeforeTheNextCheck) {
  Situations situations;
  for (int i = 0; i < 2000; ++i) {
    Situation s = situations.next();
    const Decision d = decide(s);
    if (d.action != Action::Wait || s.policy.min_saving.value > 0) continue;
    const TimePoint until = d.next_check;
    const Millis step = std::max<Millis>((until - s.now) / 20, Millis(1));
    for (s.now += step; s.now < until; s.now += step) {
      ASSERT_EQ(decide(s).action, Action::Wait) << "case " << i << " " << format_rfc3339(s.now);
    }
  }
}

// A Job that wakes at each next_check starts at its planned start, or before it, and in time.
TEST(DecideProperties, AskedAgainAtTheNextCheckItIsReleasedAsPlanned) {
  Situations situations;
  int followed = 0;
  for (int i = 0; i < 5000; ++i) {
    SCOPED_TRACE("case " + std::to_string(i));
    Situation s = situations.next();
    s.signal.unknown_after = Millis(0);
    const Decision first = decide(s);
    if (!first.planned_start || *first.planned_start == s.deadline) continue;
    Decision d = first;
    for (int wakes = 0; d.action == Action::Wait; ++wakes) {
      ASSERT_LT(wakes, 500);
      ASSERT_GT(d.next_check, s.now);
      s.now = d.next_check;
      d = decide(s);
      ASSERT_TRUE(d.action == Action::Release || d.planned_start == first.planned_start);
    }
    ASSERT_TRUE(follows_plan(d)) << d.text;
    ASSERT_EQ(d.pool, Pool::Green);
    ASSERT_LE(s.now, *first.planned_start);
    ASSERT_TRUE(s.policy.min_saving.value > 0 || s.now == *first.planned_start);
    ++followed;
  }
  EXPECT_GT(followed, 500);
}

}  // namespace
}  // namespace karbonetes::plan
