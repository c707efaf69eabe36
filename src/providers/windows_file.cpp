#include "providers/windows_file.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/text.hpp"
#include "base/text_file.hpp"
#include "providers/windows_yaml.hpp"

namespace karbonetes::providers {

namespace {

constexpr std::size_t kMaxBytes = 1u << 20;
constexpr std::size_t kMaxWindows = 1000;
constexpr double kMaxGrams = 100'000;

Result<carbon::GreenWindow> window_of(const YAML::Node& node) {
  if (!node.IsMap()) {
    return at(node, "a window must be a map; write {start: \"22:00\", end: \"06:00\"}");
  }
  if (auto ok = only_keys(node, {"days", "start", "end"}, "a window"); !ok) return fail(ok.error());
  carbon::GreenWindow window;
  if (const YAML::Node days = node["days"]; days && !days.IsNull()) {
    if (!days.IsSequence() || days.size() == 0 || days.size() > 7) {
      return at(days,
                "days must list 1 to 7 days; write [Mon, Tue], or leave it out for every day");
    }
    for (const auto& day : days) {
      if (!day.IsScalar()) return at(day, "a day must be a name; write Mon");
      const auto parsed = carbon::parse_day(day.Scalar());
      if (!parsed) return at(day, parsed.error().message);
      window.days.push_back(*parsed);
    }
  }
  for (auto [key, example, field] : {std::tuple{"start", "start: \"22:00\"", &window.start},
                                     std::tuple{"end", "end: \"06:00\"", &window.end}}) {
    const auto text = scalar(node, key, example);
    if (!text) return fail(text.error());
    const auto time = carbon::parse_time_of_day(*text);
    if (!time) return at(node[key], fmt::format("{}: {}", key, time.error().message));
    *field = *time;
  }
  return window;
}

Result<double> grams(const YAML::Node& map, const char* key) {
  const auto text = scalar(map, key, "{green: 80, other: 420}");
  if (!text) return fail(text.error());
  double value = 0;
  if (!YAML::convert<double>::decode(map[key], value) || !std::isfinite(value) || value < 0 ||
      value > kMaxGrams) {
    return at(map[key], fmt::format("intensity.{} must be a number of gCO2eq/kWh from 0 to {:.0f}",
                                    key, kMaxGrams));
  }
  return value;
}

Result<WindowsFile> from_root(const YAML::Node& root) {
  if (!root.IsMap()) {
    return fail(Errc::InvalidArgument,
                "the file must be a map; write timeZone: UTC and windows: [{start: \"22:00\", end: "
                "\"06:00\"}]");
  }
  if (auto ok = only_keys(root, {"zone", "timeZone", "windows", "intensity"}, "the file"); !ok) {
    return fail(ok.error());
  }
  return windows_from(root);
}

}  // namespace

Result<WindowsFile> windows_from(const YAML::Node& root) {
  WindowsFile file;
  if (root["zone"]) {
    const auto zone = scalar(root, "zone", "zone: local");
    if (!zone) return fail(zone.error());
    file.zone = *zone;
  }
  std::string time_zone = "UTC";
  if (root["timeZone"]) {
    const auto text = scalar(root, "timeZone", "timeZone: Europe/Berlin");
    if (!text) return fail(text.error());
    time_zone = *text;
  }
  const YAML::Node windows = root["windows"];
  if (!windows) return at(root, "windows is missing; write windows: [] for never green");
  if (!windows.IsSequence()) return at(windows, "windows must be a list");
  if (windows.size() > kMaxWindows) {
    return at(windows, fmt::format("more than {} windows", kMaxWindows));
  }
  std::vector<carbon::GreenWindow> parsed;
  for (const auto& node : windows) {
    auto window = window_of(node);
    if (!window) return fail(window.error());
    parsed.push_back(std::move(*window));
  }
  auto schedule = carbon::WindowSchedule::make(std::move(parsed), time_zone);
  if (!schedule) return fail(schedule.error());
  file.schedule = std::move(*schedule);
  if (const YAML::Node intensity = root["intensity"]) {
    if (!intensity.IsMap()) return at(intensity, "intensity must be {green: 80, other: 420}");
    if (auto ok = only_keys(intensity, {"green", "other"}, "intensity"); !ok) {
      return fail(ok.error());
    }
    const auto green = grams(intensity, "green");
    if (!green) return fail(green.error());
    const auto other = grams(intensity, "other");
    if (!other) return fail(other.error());
    file.intensities = Intensities{*green, *other};
  }
  return file;
}

Result<WindowsFile> parse_windows(std::string_view yaml) {
  if (yaml.size() > kMaxBytes) return fail(Errc::InvalidArgument, "larger than 1 MiB");
  try {
    return from_root(YAML::Load(std::string(yaml)));
  } catch (const std::exception& e) {
    return fail(Errc::Parse, one_line("not readable as YAML: " + std::string(cut(e.what()))));
  }
}

Result<WindowsFile> load_windows(const std::string& path) {
  const auto text = read_text_file(path, kMaxBytes);
  if (!text) return fail(text.error());
  auto file = parse_windows(*text);
  if (!file) file.error().message = fmt::format("{}: {}", path, file.error().message);
  return file;
}

WindowsFile default_windows() {
  WindowsFile file;
  carbon::GreenWindow night;
  night.start = {22, 0};
  night.end = {6, 0};
  file.schedule = *carbon::WindowSchedule::make({night}, "UTC");
  return file;
}

}  // namespace karbonetes::providers
