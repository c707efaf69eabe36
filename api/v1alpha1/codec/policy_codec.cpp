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

Status read_green(json::Value& value, std::optional<carbon::GreenRule>& out) {
  std::string zone = "UTC";
  std::vector<carbon::GreenWindow> windows;
  Status ok = value.each([&](std::string_view key, json::Value v) -> Status {
    if (v.is_null()) return {};
    if (key == "timeZone") {
      const auto text = text_of("spec.green.timeZone", v);
      if (!text) return fail(text.error());
      zone = std::string(*text);
      return {};
    }
    if (key != "windows") return {};
    return v.each_element([&](json::Value element) -> Status {
      const std::string path = "spec.green.windows[" + std::to_string(windows.size()) + "]";
      if (windows.size() >= kMostWindows) return invalid(path, "write at most 64 windows");
      return read_window(path, element, windows.emplace_back());
    });
  });
  if (!ok) return ok;
  if (windows.empty()) {
    return invalid(
        "spec.green.windows",
        "no window: write at least one, or leave out spec.green to follow the controller's signal");
  }
  auto schedule = carbon::WindowSchedule::make(std::move(windows), std::move(zone));
  if (!schedule) return invalid("spec.green", schedule.error().message);
  out = std::move(*schedule);
  return {};
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
    if (key == "green") return read_green(v, out.green);
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

Result<Policy> decode_policy(json::Value object) {
  Policy out;
  Status ok = object.each([&](std::string_view key, json::Value v) -> Status {
    if (v.is_null()) return {};
    if (key == "metadata") return read_metadata(v, out);
    if (key == "spec") return read_spec(v, out.spec);
    return {};
  });
  if (!ok) return fail(std::move(ok.error()));
  if (out.name.empty()) return fail(Errc::Parse, "a CarbonAwarePolicy without metadata.name");
  if (Status valid = validate(out.spec); !valid) return fail(std::move(valid.error()));
  return out;
}

}  // namespace karbonetes::api
