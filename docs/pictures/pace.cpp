// 200 Jobs that waited for the same window, released by plan::Pace as its owner would drive it.
#include "plan/pace.hpp"

#include <fmt/format.h>

#include <array>
#include <map>

#include "pictures.hpp"
#include "trace.hpp"

namespace karbonetes::pictures {

namespace {

using std::chrono::hours;
using std::chrono::seconds;

struct Team {
  std::string name, css;
  int jobs;
};

}  // namespace

Picture pace() {
  const std::array<Team, 3> teams{{{"team-a", "a", 150}, {"team-b", "b", 30}, {"team-c", "c", 20}}};
  api::ReleaseSpec limits;
  limits.per_minute = 20;
  limits.burst = 10;
  plan::Pace machine(limits, kMidnight);
  std::map<std::string, std::string> owner;
  std::map<std::string, int> released;
  for (const Team& team : teams) {
    for (int i = 0; i < team.jobs; ++i) {
      const std::string key = team.name + "/job-" + std::to_string(i);
      owner[key] = team.name;
      // All of them are there before the first goes: their window begins in an instant.
      if (machine.ask(key, team.name, "karbonetes-system/default", kMidnight + hours(8), 1,
                      kMidnight))
        ++released[team.name];
    }
  }
  constexpr int kMinutes = 10;
  constexpr double kLeft = 50, kTop = 50, kWidth = 640, kHeight = 200;
  const auto x = [&](TimePoint t) {
    return kLeft + kWidth * static_cast<double>((t - kMidnight).count()) / (kMinutes * 60'000);
  };
  const auto y = [&](int jobs) { return kTop + kHeight * (1 - jobs / 160.0); };
  std::map<std::string, svg::Polyline> lines;
  for (const Team& team : teams) {
    lines[team.name].emplace_back(x(kMidnight), y(0));
    lines[team.name].emplace_back(x(kMidnight), y(released[team.name]));
  }
  TimePoint now = kMidnight;
  while (const auto next = machine.next(now)) {
    now = *next;
    for (const auto& key : machine.grant(now)) {
      const std::string& team = owner.at(key);
      lines[team].emplace_back(x(now), y(released[team]));
      lines[team].emplace_back(x(now), y(++released[team]));
    }
  }
  svg::Svg svg(
      860, 290, "Paced release",
      "Released Jobs over ten minutes. Three namespaces with 150, 30 and 20 waiting Jobs share "
      "20 a minute: they take turns, so the small ones are through after four minutes, "
      "and the large one gets what is left.");
  svg.text(20, 22, "release: {perMinute: 20, burst: 10}; 200 Jobs of three namespaces", "bold");
  svg.text(20, 38, "Jobs released; minutes since the window began", "muted");
  for (int jobs = 0; jobs <= 150; jobs += 50) {
    svg.line(kLeft, y(jobs), kLeft + kWidth, y(jobs), jobs == 0 ? "axis" : "grid");
    svg.text(kLeft - 6, y(jobs) + 4, std::to_string(jobs), "muted", "end");
  }
  for (int minute = 0; minute <= kMinutes; minute += 2)
    svg.text(x(kMidnight + seconds(60 * minute)), kTop + kHeight + 16, std::to_string(minute),
             "muted", "middle");
  for (const Team& team : teams) {
    auto& line = lines[team.name];
    line.emplace_back(kLeft + kWidth, line.back().second);
    svg.path(line, team.css);
    svg.text(kLeft + kWidth + 6, line.back().second + 4,
             fmt::format("{}: {} Jobs", team.name, team.jobs));
  }
  return {"pace.svg", svg.str()};
}

}  // namespace karbonetes::pictures
