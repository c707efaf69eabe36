#include "api/v1alpha1/codec/policy_codec.hpp"

#include <initializer_list>
#include <string>
#include <utility>

#include "api/v1alpha1/validate.hpp"
#include "base/text.hpp"

namespace karbonetes::api {

namespace {

constexpr std::size_t kMostWindows = 64;

tl::unexpected<Error> invalid(std::string_view path, std::string_view what) {
  return fail(Errc::InvalidArgument, std::string(path) + ": " + std::string(what));
}

Result<std::string_view> text_of(std::string_view path, json::Value& value) {
  auto text = value.string();
  if (!text) return invalid(path, "write a string, e.g. in double quotes");
  return *text;
}

Status read_duration(std::string_view path, json::Value& value, std::optional<Millis>& out) {
  const auto text = text_of(path, value);
  if (!text) return fail(text.error());
  const auto duration = parse_duration(*text);
  if (!duration) return invalid(path, duration.error().message);
  out = *duration;
  return {};
}

Status read_bool(std::string_view path, json::Value& value, std::optional<bool>& out) {
  const auto flag = value.boolean();
  if (!flag) return invalid(path, "write true or false, without quotes");
  out = *flag;
  return {};
}

using Check = Status (*)(std::string_view);

Status read_name(std::string_view path, json::Value& value, Check check,
                 std::optional<std::string>& out) {
  const auto text = text_of(path, value);
  if (!text) return fail(text.error());
  if (Status ok = check(*text); !ok) return invalid(path, ok.error().message);
  out = std::string(*text);
  return {};
}

template <typename E>
Status read_choice(std::string_view path, json::Value& value,
                   std::initializer_list<std::pair<std::string_view, E>> choices,
                   std::optional<E>& out) {
  const auto text = text_of(path, value);
  if (!text) return fail(text.error());
  std::string known;
  for (const auto& [word, meaning] : choices) {
    if (*text == word) {
      out = meaning;
      return {};
    }
    known += (known.empty() ? "" : " or ") + std::string(word);
  }
  return invalid(path, in_quotes(*text) + " is not known: write " + known);
}

Status read_window(const std::string& path, json::Value value, carbon::GreenWindow& out) {
  bool has_start = false;
  bool has_end = false;
  const auto read_time = [&](const std::string& field, json::Value& v,
                             carbon::TimeOfDay& time) -> Status {
    const auto text = text_of(field, v);
    if (!text) return fail(text.error());
    const auto parsed = carbon::parse_time_of_day(*text);
    if (!parsed) return invalid(field, parsed.error().message);
    time = *parsed;
    return {};
  };
  Status ok = value.each([&](std::string_view key, json::Value v) -> Status {
    if (v.is_null()) return {};
    if (key == "start") {
      has_start = true;
      return read_time(path + ".start", v, out.start);
    }
    if (key == "end") {
      has_end = true;
      return read_time(path + ".end", v, out.end);
    }
    if (key != "days") return {};
    return v.each_element([&](json::Value element) -> Status {
      const auto text = text_of(path + ".days", element);
      if (!text) return fail(text.error());
      const auto day = carbon::parse_day(*text);
      if (!day) return invalid(path + ".days", day.error().message);
      if (out.days.size() >= 7) return invalid(path + ".days", "write each day once");
      out.days.push_back(*day);
      return {};
    });
  });
  if (!ok) return ok;
  if (!has_start || !has_end) {
    return invalid(path, R"(write both start and end, e.g. start: "22:00", end: "06:00")");
  }
  if (out.start.hour == out.end.hour && out.start.minute == out.end.minute) {
    return invalid(
        path, R"(start and end are the same: for the whole day write start "00:00", end "24:00")");
  }
  return {};
}

// A whole number in [least, most].
Status read_count(std::string_view path, json::Value& value, std::int64_t least, std::int64_t most,
                  std::optional<std::int64_t>& out) {
  const auto number = value.integer();
  if (!number || *number < least || *number > most) {
    return invalid(path, "write a whole number from " + std::to_string(least) + " to " +
                             std::to_string(most) + ", without quotes");
  }
  out = *number;
  return {};
}

Status read_percent(std::string_view path, json::Value& value, std::int64_t least,
                    std::int64_t most, double scale, double& out) {
  std::optional<std::int64_t> number;
  if (Status ok = read_count(path, value, least, most, number); !ok) return ok;
  out = static_cast<double>(*number) * scale;
  return {};
}

Status read_threshold(json::Value& value, std::optional<carbon::GreenRule>& out) {
  std::optional<std::int64_t> grams;
  std::optional<carbon::KindTag> kind;
  carbon::AbsoluteThreshold rule;
  Status ok = value.each([&](std::string_view key, json::Value v) -> Status {
    if (v.is_null()) return {};
    const std::string path = "spec.green.threshold." + std::string(key);
    if (key == "gramsPerKWh") return read_count(path, v, 0, 100'000, grams);
    if (key == "kind") {
      return read_choice<carbon::KindTag>(
          path, v, {{"Average", carbon::KindTag::Average}, {"Marginal", carbon::KindTag::Marginal}},
          kind);
    }
    if (key == "hysteresisPercent") return read_percent(path, v, 0, 100, 0.01, rule.hysteresis);
    return {};
  });
  if (!ok) return ok;
  if (!grams) return invalid("spec.green.threshold.gramsPerKWh", "is missing: write e.g. 200");
  const auto value_of = static_cast<double>(*grams);
  if (kind == carbon::KindTag::Marginal) {
    rule.below = carbon::Intensity<carbon::Marginal>(value_of);
  } else {
    rule.below = carbon::Intensity<carbon::Average>(value_of);
  }
  out = rule;
  return {};
}

Status read_percentile(json::Value& value, std::optional<carbon::GreenRule>& out) {
  carbon::PercentileThreshold rule;
  bool has_percent = false;
  Status ok = value.each([&](std::string_view key, json::Value v) -> Status {
    if (v.is_null()) return {};
    const std::string path = "spec.green.percentile." + std::string(key);
    if (key == "percent") {
      has_percent = true;
      return read_percent(path, v, 1, 99, 1, rule.percent);
    }
    if (key == "hysteresisPercent") return read_percent(path, v, 0, 100, 0.01, rule.hysteresis);
    if (key != "horizon") return {};
    std::optional<Millis> horizon;
    if (Status read = read_duration(path, v, horizon); !read) return read;
    if (*horizon < std::chrono::hours(1) || *horizon > std::chrono::hours(168)) {
      return invalid(path, "write 1h to 168h, e.g. 24h");
    }
    rule.horizon = *horizon;
    return {};
  });
  if (!ok) return ok;
  if (!has_percent) return invalid("spec.green.percentile.percent", "is missing: write e.g. 30");
  out = rule;
  return {};
}

// At most one of windows, threshold and percentile.
Status read_green(json::Value& value, std::optional<carbon::GreenRule>& out) {
  std::string zone = "UTC";
  std::vector<carbon::GreenWindow> windows;
  std::optional<carbon::GreenRule> rule;
  int rules = 0;
  Status ok = value.each([&](std::string_view key, json::Value v) -> Status {
    if (v.is_null()) return {};
    if (key == "timeZone") {
      const auto text = text_of("spec.green.timeZone", v);
      if (!text) return fail(text.error());
      zone = std::string(*text);
      return {};
    }
    if (key == "threshold") {
      ++rules;
      return read_threshold(v, rule);
    }
    if (key == "percentile") {
      ++rules;
      return read_percentile(v, rule);
    }
    if (key != "windows") return {};
    ++rules;
    return v.each_element([&](json::Value element) -> Status {
      const std::string path = "spec.green.windows[" + std::to_string(windows.size()) + "]";
      if (windows.size() >= kMostWindows) return invalid(path, "write at most 64 windows");
      return read_window(path, element, windows.emplace_back());
    });
  });
  if (!ok) return ok;
  if (rules > 1) {
    return invalid("spec.green", "write one of windows, threshold and percentile, not several");
  }
  if (rule) {
    out = std::move(rule);
    return {};
  }
  if (windows.empty()) {
    return invalid("spec.green.windows",
                   "no window: write at least one, or threshold, or percentile, or leave out "
                   "spec.green to follow the carbon source");
  }
  auto schedule = carbon::WindowSchedule::make(std::move(windows), std::move(zone));
  if (!schedule) return invalid("spec.green", schedule.error().message);
  out = std::move(*schedule);
  return {};
}

Status read_signal(json::Value& value, SignalSpec& out) {
  return value.each([&](std::string_view key, json::Value v) -> Status {
    if (v.is_null()) return {};
    if (key == "source") return read_name("spec.signal.source", v, check_dns_label, out.source);
    if (key == "zone") return read_name("spec.signal.zone", v, check_zone, out.zone);
    return {};
  });
}

Status read_release(json::Value& value, ReleaseSpec& out) {
  return value.each([&](std::string_view key, json::Value v) -> Status {
    if (v.is_null()) return {};
    const std::string path = "spec.release." + std::string(key);
    std::optional<std::int64_t> number;
    if (key == "perMinute" || key == "burst" || key == "vcpuPerMinute") {
      if (Status ok = read_count(path, v, 1, 1'000'000, number); !ok) return ok;
    }
    if (key == "perMinute") out.per_minute = static_cast<double>(*number);
    if (key == "burst") out.burst = static_cast<int>(*number);
    if (key == "vcpuPerMinute") out.vcpu_per_minute = static_cast<double>(*number);
    return {};
  });
}

Status read_placement(json::Value& value, PlacementSpec& out) {
  return value.each([&](std::string_view key, json::Value v) -> Status {
    if (v.is_null()) return {};
    const std::string path = "spec.placement." + std::string(key);
    if (key == "greenNodePool") return read_name(path, v, check_dns_label, out.green_node_pool);
    if (key == "fallbackNodePool") {
      return read_name(path, v, check_dns_label, out.fallback_node_pool);
    }
    if (key == "greenTaintKey") return read_name(path, v, check_label_key, out.green_taint_key);
    if (key == "strict") return read_bool(path, v, out.strict);
    if (key == "doNotDisrupt") return read_bool(path, v, out.do_not_disrupt);
    if (key == "strictAtDeadline") {
      return read_choice<StrictAtDeadline>(path, v,
                                           {{"Fallback", StrictAtDeadline::Fallback},
                                            {"KeepGreenPool", StrictAtDeadline::KeepGreenPool}},
                                           out.strict_at_deadline);
    }
    return {};
  });
}

Status read_spec(json::Value& value, PolicySpec& out) {
  return value.each([&](std::string_view key, json::Value v) -> Status {
    if (v.is_null()) return {};
    if (key == "mode") {
      return read_choice<Mode>("spec.mode", v,
                               {{"Enforce", Mode::Enforce}, {"Shadow", Mode::Shadow}}, out.mode);
    }
    if (key == "signal") return read_signal(v, out.signal);
    if (key == "green") return read_green(v, out.green);
    if (key == "strategy") {
      return read_choice<Strategy>("spec.strategy", v,
                                   {{"FirstGreen", Strategy::FirstGreen},
                                    {"LowestSlot", Strategy::LowestSlot},
                                    {"LowestWindow", Strategy::LowestWindow},
                                    {"CarbonTime", Strategy::CarbonTime}},
                                   out.strategy);
    }
    if (key == "minSavingPercent") {
      return read_percent("spec.minSavingPercent", v, 0, 100, 0.01, out.min_saving.emplace());
    }
    if (key == "release") return read_release(v, out.release);
    if (key == "maxDelay") return read_duration("spec.maxDelay", v, out.max_delay);
    if (key == "maxDelayLimit") return read_duration("spec.maxDelayLimit", v, out.max_delay_limit);
    if (key == "expectedDuration") {
      return read_duration("spec.expectedDuration", v, out.expected_duration);
    }
    if (key == "whenSignalUnknown") {
      return read_choice<WhenUnknown>("spec.whenSignalUnknown", v,
                                      {{"Wait", WhenUnknown::Wait}, {"Run", WhenUnknown::Run}},
                                      out.when_unknown);
    }
    if (key == "placement") return read_placement(v, out.placement);
    return {};
  });
}

Status read_metadata(json::Value& value, Policy& out) {
  const auto read = [](json::Value& v, std::string& to) -> Status {
    auto text = v.string();
    if (!text) return fail(std::move(text.error()));
    to = std::string(*text);
    return {};
  };
  return value.each([&](std::string_view key, json::Value v) -> Status {
    if (v.is_null()) return {};
    if (key == "namespace") return read(v, out.namespace_);
    if (key == "name") return read(v, out.name);
    if (key == "resourceVersion") return read(v, out.resource_version);
    if (key == "generation") {
      const auto number = v.integer();
      if (!number) return fail(number.error());
      out.generation = *number;
    }
    return {};
  });
}

}  // namespace

Status decode_policy(json::Value object, Policy& out) {
  Status ok = object.each([&](std::string_view key, json::Value v) -> Status {
    if (v.is_null()) return {};
    if (key == "metadata") return read_metadata(v, out);
    if (key == "spec") return read_spec(v, out.spec);
    return {};
  });
  if (!ok) return ok;
  if (out.name.empty()) return fail(Errc::Parse, "a CarbonAwarePolicy without metadata.name");
  return validate(out.spec);
}

Result<Policy> decode_policy(json::Value object) {
  Policy out;
  if (Status ok = decode_policy(object, out); !ok) return fail(std::move(ok.error()));
  return out;
}

}  // namespace karbonetes::api
