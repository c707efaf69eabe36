#include "policy/overrides.hpp"

#include <algorithm>
#include <charconv>

#include "api/v1alpha1/names.hpp"
#include "api/v1alpha1/validate.hpp"
#include "base/text.hpp"

namespace karbonetes::policy {

namespace {

using Warning = std::optional<std::string>;

constexpr const char* kPolicyHolds = "ignored, the policy's value holds";

std::string warn(std::string_view key, std::string_view problem, std::string_view consequence) {
  return "annotation " + std::string(key) + ": " + std::string(problem) + "; " +
         std::string(consequence);
}

std::optional<bool> flag(std::string_view value) {
  if (value == "true") return true;
  if (value == "false") return false;
  return std::nullopt;
}

std::string not_a_flag(std::string_view value) {
  return in_quotes(value) + R"( is neither true nor false: write "true" or "false")";
}

Warning take_duration(std::optional<Millis>& out, std::string_view key, std::string_view value) {
  const auto duration = parse_duration(value);
  if (!duration) return warn(key, duration.error().message, kPolicyHolds);
  out = *duration;
  return std::nullopt;
}

Warning take_threshold(std::optional<carbon::GreenRule>& out, std::string_view key,
                       std::string_view value) {
  constexpr const char* kWrite =
      R"(write gCO2eq/kWh, e.g. "200" or "200 marginal", or a percentile, e.g. "30%")";
  std::string_view number = value;
  const bool percent = number.ends_with('%');
  const bool marginal = number.ends_with(" marginal");
  if (percent) number.remove_suffix(1);
  if (marginal) number.remove_suffix(std::string_view(" marginal").size());
  double x = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), x);
  const bool fits = percent ? x > 0 && x < 100 : x >= 0 && x <= 100'000;
  if (error != std::errc{} || end != number.data() + number.size() || !fits) {
    return warn(key, in_quotes(value) + " is not a threshold: " + kWrite, kPolicyHolds);
  }
  if (percent) {
    carbon::PercentileThreshold rule;
    rule.percent = x;
    out = rule;
  } else if (marginal) {
    out = carbon::AbsoluteThreshold{carbon::Intensity<carbon::Marginal>(x)};
  } else {
    out = carbon::AbsoluteThreshold{carbon::Intensity<carbon::Average>(x)};
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> apply_annotation(Overrides& overrides, std::string_view key,
                                            std::string_view value) {
  if (!key.starts_with(api::kPrefix)) return std::nullopt;
  if (key == api::kMaxDelay) return take_duration(overrides.max_delay, key, value);
  if (key == api::kExpectedDuration) return take_duration(overrides.expected_duration, key, value);
  if (key == api::kGreenThreshold) return take_threshold(overrides.green, key, value);
  if (key == api::kPolicy) {
    if (const Status ok = api::check_object_name(value); !ok) {
      return warn(key, ok.error().message, "ignored, the default policy holds");
    }
    overrides.policy = std::string(value);
    return std::nullopt;
  }
  if (key == api::kStrict) {
    const auto strict = flag(value);
    if (!strict) return warn(key, not_a_flag(value), kPolicyHolds);
    overrides.strict = strict;
    return std::nullopt;
  }
  if (key == api::kRunNow) {
    const auto run_now = flag(value);
    if (!run_now) return warn(key, not_a_flag(value), "ignored, the Job is not run at once");
    overrides.run_now = *run_now;
    return std::nullopt;
  }
  if (key == api::kEnabled) {
    if (flag(value)) return std::nullopt;
    return warn(key, not_a_flag(value), "it does not opt in");
  }
  if (std::ranges::find(api::kWritten, key) != api::kWritten.end()) {
    return std::nullopt;
  }
  return "annotation " + in_quotes(key) +
         " is not known and has no effect: write one of carbon-aware.io/enabled, policy, "
         "max-delay, strict, expected-duration, green-threshold, run-now";
}

bool opts_in(std::string_view value) { return value == "true"; }

}  // namespace karbonetes::policy
