// What holds for paced release however Jobs come and go: seeded random schedules.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "plan/pace.hpp"

namespace karbonetes::plan {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const TimePoint kNow = parse_rfc3339("2026-11-24T22:00:00Z").value();

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  std::int64_t below(std::int64_t n) {
    return static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(n));
  }

 private:
  std::mt19937_64 engine_;
};

struct Spent {
  TimePoint at;
  double jobs, cores;
};

// In any window (a, b]: no more than the rate times its length, and a burst.
void expect_rate(const std::vector<Spent>& spent, double per_minute, double burst,
                 double Spent::* what) {
  for (std::size_t i = 0; i < spent.size(); ++i) {
    double sum = 0;
    for (std::size_t j = i; j < spent.size(); ++j) {
      sum += spent[j].*what;
      const double length = static_cast<double>((spent[j].at - spent[i].at).count()) / 60'000;
      ASSERT_LE(sum, burst + per_minute * length + 1e-6) << "from grant " << i << " to " << j;
    }
  }
}

TEST(PaceProperties, TheRateHoldsOverEveryWindow) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    Random random(seed);
    const double per_minute = 1 + static_cast<double>(random.below(200));
    const double cores = 5 + static_cast<double>(random.below(400));
    api::ReleaseSpec limits;
    limits.per_minute = per_minute;
    limits.burst = static_cast<int>(1 + random.below(20));
    limits.vcpu_per_minute = cores;
    Pace pace(limits, kNow);
    std::map<std::string, double> need;
    std::vector<Spent> spent;
    TimePoint now = kNow;
    const auto granted = [&](const std::string& key) {
      spent.push_back({now, 1, std::min(need.at(key), cores)});
      ASSERT_TRUE(pace.take(key));
    };
    for (int i = 0; i < 600; ++i) {
      now += Millis(random.below(700));
      const std::string key = std::to_string(i);
      need[key] = static_cast<double>(random.below(40)) / 4;
      if (pace.ask(key, "ns" + std::to_string(random.below(5)),
                   "p" + std::to_string(random.below(3)),
                   kNow + hours(100) + Millis(random.below(1000)), need[key], now)) {
        granted(key);
      }
      for (const auto& k : pace.grant(now)) granted(k);
    }
    ASSERT_GT(spent.size(), 5U);
    expect_rate(spent, per_minute, *limits.burst, &Spent::jobs);
    expect_rate(spent, cores, cores, &Spent::cores);
  }
}

TEST(PaceProperties, WakingAtNextIsEnoughAndNobodyIsLate) {
  for (unsigned seed = 0; seed < 30; ++seed) {
    Random random(100 + seed);
    api::ReleaseSpec cluster;
    cluster.per_minute = 20;
    cluster.burst = 3;
    api::ReleaseSpec own;
    own.per_minute = 5;
    own.vcpu_per_minute = 30;
    Pace pace(cluster, kNow);
    pace.set_limits("p0", own, kNow);
    std::map<std::string, TimePoint> deadlines;
    std::size_t granted = 0;
    for (int i = 0; i < 300; ++i) {
      const std::string key = std::to_string(i);
      deadlines[key] = kNow + seconds(1 + random.below(1200));
      granted += pace.ask(key, "ns" + std::to_string(random.below(4)),
                          "p" + std::to_string(random.below(2)), deadlines[key],
                          static_cast<double>(random.below(8)), kNow);
    }
    TimePoint now = kNow;
    int wakes = 0;
    (void)pace.grant(now);
    while (const auto next = pace.next(now)) {
      ASSERT_GT(*next, now) << "a wake for nothing would repeat for ever";
      now = *next;
      ++wakes;
      for (const auto& key : pace.grant(now)) {
        ++granted;
        ASSERT_GE(deadlines.at(key), now) << key;
      }
    }
    ASSERT_EQ(granted, deadlines.size());
    ASSERT_LT(wakes, 1000);
  }
}

TEST(PaceProperties, WithinANamespaceDeadlinesGoInOrder) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    Random random(200 + seed);
    api::ReleaseSpec cluster;
    cluster.per_minute = 600;
    cluster.burst = 1;
    Pace pace(cluster, kNow);
    std::map<std::string, std::pair<std::string, TimePoint>> facts;
    for (int i = 0; i < 500; ++i) {
      const std::string key = std::to_string(i);
      facts[key] = {"ns" + std::to_string(random.below(4)),
                    kNow + hours(10) + Millis(random.below(100'000))};
      if (pace.ask(key, facts[key].first, "p", facts[key].second, 0, kNow)) facts.erase(key);
    }
    std::map<std::string, TimePoint> latest;
    std::map<std::string, int> served;
    TimePoint now = kNow;
    std::size_t granted = 0;
    while (const auto next = pace.next(now)) {
      now = *next;
      for (const auto& key : pace.grant(now)) {
        const auto& [ns, deadline] = facts.at(key);
        ASSERT_GE(deadline, latest[ns]);
        latest[ns] = deadline;
        ++granted;
        ++served[ns];
        // No starvation: while all have candidates, their turns differ by one (and the first).
        if (granted < 300) {
          const auto [low, high] = std::ranges::minmax_element(
              served, {}, [](const auto& entry) { return entry.second; });
          ASSERT_LE(high->second - low->second, 2);
        }
      }
    }
    ASSERT_EQ(granted, facts.size());
  }
}

TEST(PaceProperties, GrantsAreConserved) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    Random random(300 + seed);
    api::ReleaseSpec limits;
    limits.per_minute = 30;
    limits.burst = 4;
    limits.vcpu_per_minute = 50;
    Pace pace(limits, kNow);
    std::set<std::string> open;
    TimePoint now = kNow;
    for (int i = 0; i < 2000; ++i) {
      now += Millis(random.below(300));
      const std::string key = std::to_string(random.below(80));
      const std::string policy = "p" + std::to_string(random.below(3));
      switch (random.below(7)) {
        case 0:
        case 1:
        case 2:
          if (pace.ask(key, "ns" + std::to_string(random.below(3)), policy,
                       now + seconds(random.below(300)) - seconds(10),
                       static_cast<double>(random.below(20)), now)) {
            open.insert(key);
          } else {
            ASSERT_FALSE(open.contains(key));
          }
          break;
        case 3:
          ASSERT_TRUE(!open.contains(key) || pace.take(key));
          open.erase(key);
          break;
        case 4:
          if (open.erase(key) > 0) pace.give_back(key, now);
          break;
        case 5:
          pace.forget(key, now);
          open.erase(key);
          break;
        default:
          if (random.below(2) == 0) {
            auto other = limits;
            if (random.below(3) == 0) other.per_minute.reset();
            pace.set_limits(policy, other, now);
          }
      }
      for (const auto& granted : pace.grant(now)) ASSERT_TRUE(open.insert(granted).second);
      const auto counts = pace.counts();
      ASSERT_EQ(counts.granted, counts.taken + counts.given_back + counts.open) << i;
      ASSERT_EQ(counts.open, open.size()) << i;
    }
  }
}

TEST(PaceProperties, AHundredThousandCandidates) {
  api::ReleaseSpec limits;
  limits.per_minute = 60'000;
  limits.burst = 1000;
  Pace pace(limits, kNow);
  std::size_t granted = 0;
  for (int i = 0; i < 100'000; ++i)
    granted += pace.ask("ns/" + std::to_string(i), "ns" + std::to_string(i % 50), "p",
                        kNow + hours(8) + Millis(i), 1, kNow);
  EXPECT_EQ(granted, 1000U);
  TimePoint now = kNow;
  while (const auto next = pace.next(now)) {
    now = *next + seconds(1);
    granted += pace.grant(now).size();
  }
  EXPECT_EQ(granted, 100'000U);
  EXPECT_LT(now - kNow, minutes(3));
}

}  // namespace
}  // namespace karbonetes::plan
