#include "simulate/grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/text.hpp"

namespace karbonetes::simulate {

namespace {

using carbon::GreenRule;

constexpr int kMaxSeeds = 10'000;

tl::unexpected<Error> wrong(std::string_view option, std::string_view text,
                            std::string_view write) {
  return fail(Errc::InvalidArgument,
              fmt::format("{}: {} cannot be read; write {}", option, in_quotes(text), write));
}

// "5%" or "0.05", as a part.
std::optional<double> part_of(std::string_view text) {
  const bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = !text.empty() && error == std::errc() && end == text.data() + text.size();
  if (!whole || !std::isfinite(value) || value < 0) return std::nullopt;
  return percent ? value / 100 : value;
}

Result<GreenRule> threshold_of(const std::string& text, bool marginal) {
  constexpr const char* kWrite = "a percentile such as 30%, or gCO2eq/kWh such as 200";
  const auto value = part_of(text);
  if (!value) return wrong("--threshold", text, kWrite);
  if (text.ends_with('%')) {
    if (*value <= 0 || *value >= 1) return wrong("--threshold", text, kWrite);
    carbon::PercentileThreshold out;
    out.percent = *value * 100;
    return out;
  }
  if (*value > 100'000) return wrong("--threshold", text, kWrite);
  carbon::AbsoluteThreshold out;
  out.below = carbon::Intensity<carbon::Average>(*value);
  if (marginal) out.below = carbon::Intensity<carbon::Marginal>(*value);
  return out;
}

Result<Millis> duration_of(std::string_view option, const std::string& text, Millis most) {
  const auto value = parse_duration(text);
  if (!value || *value > most)
    return wrong(option, text, "a duration such as 8h, at most " + format_duration(most));
  return *value;
}

bool takes_threshold(Rule rule) { return rule == Rule::FirstGreen || rule == Rule::Ecovisor; }
bool takes_forecast(Rule rule) {
  return rule != Rule::Immediate && rule != Rule::FullDelay && rule != Rule::Oracle;
}

// Each list once, read.
struct Lists {
  std::vector<Rule> rules;
  std::vector<Millis> max_delays;
  std::vector<std::optional<GreenRule>> thresholds;
  std::vector<ErrorModel> errors;
};

Result<std::vector<ErrorModel>> errors_of(const GridText& text) {
  const auto kind = parse_error_kind(text.error_model);
  if (!kind) return fail(kind.error().code, "--error-model: " + kind.error().message);
  if (text.seeds < 1 || text.seeds > kMaxSeeds)
    return fail(Errc::InvalidArgument, fmt::format("--seeds: write 1 to {}", kMaxSeeds));
  std::vector<ErrorModel> out;
  for (const auto& each : text.errors) {
    const auto size = part_of(each);
    if (!size || *size > 10) return wrong("--forecast-error", each, "a part such as 0.05 or 5%");
    if (*size == 0 || *kind == ErrorKind::None) {
      if (std::ranges::find(out, ErrorModel{}) == out.end()) out.emplace_back();
      continue;
    }
    for (int seed = 0; seed < text.seeds; ++seed)
      out.push_back({*kind, *size, static_cast<std::uint64_t>(seed), ErrorModel{}.correlation});
  }
  return out;
}

Result<Lists> lists_of(const GridText& text, bool marginal) {
  Lists out;
  for (const auto& each : text.rules) {
    const auto rule = parse_rule(each);
    if (!rule) return fail(rule.error().code, "--policy: " + rule.error().message);
    if (std::ranges::find(out.rules, *rule) == out.rules.end()) out.rules.push_back(*rule);
  }
  for (const auto& each : text.max_delays) {
    const auto delay = duration_of("--max-delay", each, api::kHardMaxDelay);
    if (!delay) return fail(delay.error());
    out.max_delays.push_back(*delay);
  }
  for (const auto& each : text.thresholds) {
    auto threshold = threshold_of(each, marginal);
    if (!threshold) return fail(threshold.error());
    out.thresholds.emplace_back(std::move(*threshold));
  }
  if (out.thresholds.empty()) out.thresholds.emplace_back();
  auto errors = errors_of(text);
  if (!errors) return fail(errors.error());
  out.errors = std::move(*errors);
  return out;
}

Result<Scenario> common_of(const GridText& text) {
  Scenario out;
  const auto durations = parse_durations(text.durations);
  if (!durations) return fail(durations.error().code, "--durations: " + durations.error().message);
  out.durations = *durations;
  if (!(text.min_saving_percent >= 0 && text.min_saving_percent <= 100))
    return fail(Errc::InvalidArgument, "--min-saving: write a percentage from 0 to 100");
  out.min_saving = text.min_saving_percent / 100;
  const auto every = duration_of("--forecast-every", text.forecast_every, std::chrono::days(7));
  if (!every) return fail(every.error());
  if (*every < std::chrono::minutes(1))
    return wrong("--forecast-every", text.forecast_every, "1m at least");
  out.forecast_every = *every;
  const auto horizon =
      duration_of("--forecast-horizon", text.forecast_horizon, std::chrono::days(60));
  if (!horizon) return fail(horizon.error());
  if (*horizon < std::chrono::hours(1))
    return wrong("--forecast-horizon", text.forecast_horizon, "1h at least");
  out.forecast_horizon = *horizon;
  if (!text.green_vcpu.empty()) out.capacity.green_vcpu = text.green_vcpu.front();
  if (!text.fallback_vcpu.empty()) out.capacity.fallback_vcpu = text.fallback_vcpu.front();
  for (const auto& vcpu : {out.capacity.green_vcpu, out.capacity.fallback_vcpu}) {
    if (vcpu && !(*vcpu > 0 && *vcpu <= 1e9))
      return fail(Errc::InvalidArgument,
                  "--green-vcpu and --fallback-vcpu: write a number above 0");
  }
  return out;
}

bool published_once(const Scenario& scenario) {
  if (!takes_forecast(scenario.rule)) return true;
  if (scenario.error.kind != ErrorKind::None && scenario.error.kind != ErrorKind::Iid) return false;
  if (scenario.rule != Rule::FirstGreen) return true;
  return scenario.green && std::holds_alternative<carbon::AbsoluteThreshold>(*scenario.green);
}

}  // namespace

Result<std::vector<Scenario>> scenarios_of(const GridText& text, bool marginal) {
  const auto lists = lists_of(text, marginal);
  if (!lists) return fail(lists.error());
  const auto common = common_of(text);
  if (!common) return fail(common.error());
  std::vector<Scenario> out;
  for (const Rule rule : lists->rules) {
    for (const Millis max_delay : lists->max_delays) {
      for (const auto& threshold : lists->thresholds) {
        for (const ErrorModel& error : lists->errors) {
          if (out.size() >= kMaxScenarios)
            return fail(
                Errc::InvalidArgument,
                fmt::format("the lists span more than {} scenarios; shorten one", kMaxScenarios));
          Scenario scenario = *common;
          scenario.rule = rule;
          scenario.max_delay = max_delay;
          scenario.green = threshold;
          scenario.error = error;
          if (published_once(scenario)) scenario.forecast_every = Millis(0);
          out.push_back(std::move(scenario));
          if (!takes_forecast(rule)) break;
        }
        if (!takes_threshold(rule)) break;
      }
      if (rule == Rule::Immediate) break;
    }
  }
  return out;
}

}  // namespace karbonetes::simulate
