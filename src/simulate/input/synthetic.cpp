#include "simulate/input/synthetic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>
#include <optional>

#include "base/text.hpp"
#include "carbon/windows.hpp"
#include "simulate/random.hpp"

namespace karbonetes::simulate {

namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr Millis kDay = hours(24);

enum class Kind { Nightly, Poisson, Diurnal };

struct Lengths {
  enum class Shape { Fixed, Lognormal, Pareto } shape = Shape::Lognormal;
  Millis scale = minutes(45);  // the length, the median, the least
  double spread = 1.2;         // sigma, alpha
  Millis longest = hours(24);

  [[nodiscard]] Millis draw(Random& random) const {
    auto length = static_cast<double>(scale.count());
    if (shape == Shape::Lognormal) length *= std::exp(spread * random.normal());
    if (shape == Shape::Pareto) length *= std::pow(1 - random.uniform(), -1 / spread);
    const auto most = static_cast<double>(longest.count());
    const double whole = std::round(std::min(length, most) / 1000);
    return seconds(static_cast<std::int64_t>(std::max(whole, 1.0)));
  }
};

struct Spec {
  Kind kind = Kind::Poisson;
  double per_day = 100;
  Millis at = hours(1);
  std::uint64_t seed = 1;
  double vcpu = 1, memory_gib = 4;
  std::uint32_t namespaces = 1;
  Lengths lengths;
};

tl::unexpected<Error> wrong(std::string_view key, std::string_view value, std::string_view write) {
  return fail(Errc::InvalidArgument,
              fmt::format("--synthetic: {} is {}; write {}", key, in_quotes(value), write));
}

std::optional<double> number(std::string_view text, double least, double most) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = !text.empty() && error == std::errc() && end == text.data() + text.size();
  if (!whole || !(value >= least && value <= most)) return std::nullopt;
  return value;
}

std::string_view cut(std::string_view& rest, char separator) {
  const auto at = std::min(rest.find(separator), rest.size());
  const auto out = rest.substr(0, at);
  rest.remove_prefix(std::min(at + 1, rest.size()));
  return out;
}

Status read_duration(std::string_view value, Lengths& out) {
  const auto refused = [&] {
    return wrong("duration", value,
                 "a length (45m), lognormal:MEDIAN:SIGMA (lognormal:45m:1.2) or "
                 "pareto:LEAST:ALPHA (pareto:10m:1.5)");
  };
  std::string_view rest = value;
  const auto first = cut(rest, ':');
  std::string_view scale = first;
  if (first == "lognormal" || first == "pareto") {
    out.shape = first == "pareto" ? Lengths::Shape::Pareto : Lengths::Shape::Lognormal;
    scale = cut(rest, ':');
    const auto spread = number(rest, 0.01, 100);
    if (!spread) return refused();
    out.spread = *spread;
  } else {
    out.shape = Lengths::Shape::Fixed;
    if (!rest.empty()) return refused();
  }
  const auto length = parse_duration(scale);
  if (!length || *length < seconds(1)) return refused();
  out.scale = *length;
  return {};
}

Status read_key(std::string_view key, std::string_view value, Spec& out) {
  if (key == "duration") return read_duration(value, out.lengths);
  if (key == "at") {
    const auto at = carbon::parse_time_of_day(value);
    if (!at) return wrong(key, value, "a time of day such as 01:00");
    out.at = hours(at->hour) + minutes(at->minute);
    return {};
  }
  if (key == "longest") {
    const auto longest = parse_duration(value);
    if (!longest || *longest < seconds(1)) return wrong(key, value, "a duration such as 24h");
    out.lengths.longest = *longest;
    return {};
  }
  const auto set = [&]<class T>(T& field, double least, double most) -> Status {
    const auto read = number(value, least, most);
    if (!read) return wrong(key, value, fmt::format("a number from {:g} to {:g}", least, most));
    field = static_cast<T>(*read);
    return {};
  };
  if (key == "per-day") return set(out.per_day, 0.001, kMaxSyntheticJobs);
  if (key == "seed") return set(out.seed, 0, 4294967295.0);
  if (key == "vcpu") return set(out.vcpu, 0.001, 100'000);
  if (key == "memory") return set(out.memory_gib, 0, 1'000'000);
  if (key == "namespaces") return set(out.namespaces, 1, 1'000);
  return fail(Errc::InvalidArgument,
              fmt::format("--synthetic: {} is no setting; write per-day, at, seed, vcpu, memory, "
                          "namespaces, duration or longest",
                          in_quotes(key)));
}

Result<Spec> parse(std::string_view text) {
  Spec out;
  std::string_view rest = text;
  const auto kind = cut(rest, ',');
  if (kind == "nightly") {
    out.kind = Kind::Nightly;
  } else if (kind == "poisson") {
    out.kind = Kind::Poisson;
  } else if (kind == "diurnal") {
    out.kind = Kind::Diurnal;
  } else {
    return wrong("the kind", kind, "nightly, poisson or diurnal, e.g. nightly,per-day=50,at=01:00");
  }
  while (!rest.empty()) {
    std::string_view value = cut(rest, ',');
    const auto key = cut(value, '=');
    if (auto ok = read_key(key, value, out); !ok) return fail(ok.error());
  }
  return out;
}

// Of the greatest rate, 0..1: a working day in UTC.
double activity(TimePoint t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const double hour = static_cast<double>((t - day).count()) / 3'600'000;
  const double wave = 0.5 + 0.45 * std::cos(2 * std::numbers::pi * (hour - 14) / 24);
  const unsigned weekday = std::chrono::weekday(day).iso_encoding();
  return weekday > 5 ? wave * 0.3 : wave;
}
constexpr double kMeanActivity = 0.5 * (5 + 2 * 0.3) / 7;

std::vector<TimePoint> arrivals(const Spec& spec, const SyntheticOptions& options, Random& random) {
  std::vector<TimePoint> out;
  if (spec.kind == Kind::Nightly) {
    for (auto day = std::chrono::floor<std::chrono::days>(options.from); day < options.until;
         day += std::chrono::days(1)) {
      for (int i = 0; i < static_cast<int>(spec.per_day); ++i) {
        const TimePoint t = TimePoint(day) + spec.at + minutes(i);
        if (t >= options.from && t < options.until) out.push_back(t);
      }
    }
    return out;
  }
  // Thinning (Lewis and Shedler 1979): at the greatest rate, and some are dropped.
  const bool diurnal = spec.kind == Kind::Diurnal;
  const double per_day = diurnal ? spec.per_day / kMeanActivity : spec.per_day;
  double t = 0;
  const double mean_gap = static_cast<double>(kDay.count()) / per_day;
  for (;;) {
    t += random.exponential() * mean_gap;
    if (t >= static_cast<double>((options.until - options.from).count())) return out;
    const TimePoint at = options.from + Millis(static_cast<std::int64_t>(t));
    if (!diurnal || random.uniform() < activity(at)) out.push_back(at);
  }
}

}  // namespace

Result<Workload> synthetic(std::string_view spec, const SyntheticOptions& options) {
  const auto read = parse(spec);
  if (!read) return fail(read.error());
  const double days = static_cast<double>((options.until - options.from).count()) /
                      static_cast<double>(kDay.count());
  if (days * read->per_day > kMaxSyntheticJobs)
    return wrong(
        "per-day", fmt::format("{:g}", read->per_day),
        fmt::format("less: over {:.0f} days that is more than {:g} Jobs", days, kMaxSyntheticJobs));
  Random random(read->seed);
  ledger::Requests requests;
  requests.vcpu = read->vcpu;
  requests.memory_gib = read->memory_gib;

  Workload out;
  for (std::uint32_t i = 0; i < read->namespaces; ++i) {
    out.namespaces.push_back(fmt::format("team-{}", i + 1));
    out.series.push_back(out.namespaces.back() + "/synthetic");
  }
  Job job;
  job.kw = static_cast<float>(ledger::kw_per_pod(requests, options.energy));
  job.vcpu = static_cast<float>(read->vcpu);
  const auto times = arrivals(*read, options, random);
  out.jobs.reserve(times.size());
  for (const TimePoint t : times) {
    job.arrival = t;
    job.duration = read->lengths.draw(random);
    job.ns = job.series = random.below(read->namespaces);
    out.jobs.push_back(job);
  }
  sort_by_arrival(out);
  return out;
}

}  // namespace karbonetes::simulate
