#include "plan/cron.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <vector>

#include "base/text.hpp"
#include "carbon/zone.hpp"

namespace karbonetes::plan {

struct CronSchedule::Bounds {
  std::string_view field;
  unsigned min;
  unsigned max;
  std::span<const std::string_view> names;  // of min, min + 1, ...
};

namespace {

constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdays{"sun", "mon", "tue", "wed",
                                                    "thu", "fri", "sat"};
constexpr std::size_t kLongestSpec = 1024;

std::vector<std::string_view> split(std::string_view text, std::string_view separators,
                                    bool keep_empty) {
  std::vector<std::string_view> out;
  for (;;) {
    const auto at = text.find_first_of(separators);
    const std::string_view part = text.substr(0, at);
    if (keep_empty || !part.empty()) out.push_back(part);
    if (at == std::string_view::npos) return out;
    text.remove_prefix(at + 1);
  }
}

// As Go's Atoi for what is not negative: digits, optionally after a "+". Saturates; the bounds are
// checked by the caller.
std::optional<unsigned> number(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  unsigned value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = std::min((value * 10) + static_cast<unsigned>(c - '0'), 1'000'000U);
  }
  return value;
}

bool same_word(std::string_view text, std::string_view lower) {
  return std::ranges::equal(text, lower, [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

std::optional<unsigned> number_or_name(std::string_view text,
                                       std::span<const std::string_view> names, unsigned first) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (same_word(text, names[i])) return first + static_cast<unsigned>(i);
  }
  return number(text);
}

}  // namespace

Result<CronSchedule::Field> CronSchedule::parse_range(std::string_view text, const Bounds& bounds) {
  const auto bad = [&](std::string_view what) {
    return fail(Errc::InvalidArgument, "schedule: " + std::string(bounds.field) + " " +
                                           in_quotes(text) + " " + std::string(what));
  };
  const auto with_step = split(text, "/", true);
  const auto ends = split(with_step[0], "-", true);
  unsigned start = bounds.min;
  unsigned end = bounds.max;
  bool star = ends[0] == "*" || ends[0] == "?";
  if (!star) {
    const auto low = number_or_name(ends[0], bounds.names, bounds.min);
    if (!low) return bad(R"(is not a number: write e.g. "5", "1-5", "*/10" or "*")");
    if (ends.size() > 2) return bad(R"(has too many hyphens: write e.g. "1-5")");
    start = end = *low;
    if (ends.size() == 2) {
      const auto high = number_or_name(ends[1], bounds.names, bounds.min);
      if (!high) return bad(R"(is not a range: write e.g. "1-5")");
      end = *high;
    }
  }
  unsigned step = 1;
  if (with_step.size() > 2) return bad(R"(has too many slashes: write e.g. "*/10")");
  if (with_step.size() == 2) {
    const auto parsed = number(with_step[1]);
    if (!parsed || *parsed == 0) return bad(R"(has no usable step: write e.g. "*/10")");
    step = *parsed;
    if (ends.size() == 1) end = bounds.max;  // "5/15" means "5-59/15"
    if (step > 1) star = false;
  }
  if (start < bounds.min || end > bounds.max || start > end) {
    return bad("lies outside of " + std::to_string(bounds.min) + "-" + std::to_string(bounds.max) +
               ", or ends before it begins");
  }
  Field out{0, star};
  for (unsigned value = start; value <= end; value += step) out.bits |= std::uint64_t{1} << value;
  return out;
}

Result<CronSchedule::Field> CronSchedule::parse_field(std::string_view text, const Bounds& bounds) {
  Field out;
  for (const std::string_view part : split(text, ",", false)) {
    const auto range = parse_range(part, bounds);
    if (!range) return fail(range.error());
    out.bits |= range->bits;
    out.star |= range->star;
  }
  return out;
}

Result<CronSchedule> CronSchedule::parse_fields(std::string_view spec) {
  const auto texts = split(spec, " \t\n\v\f\r", false);
  if (texts.size() != 5) {
    return fail(Errc::InvalidArgument, "schedule " + in_quotes(spec) + " has " +
                                           std::to_string(texts.size()) +
                                           " fields: write five (minute, hour, day of month, "
                                           R"(month, day of week), e.g. "0 3 * * *")");
  }
  const std::array<Bounds, 5> bounds{
      Bounds{"minute", 0, 59, {}}, Bounds{"hour", 0, 23, {}}, Bounds{"day of month", 1, 31, {}},
      Bounds{"month", 1, 12, kMonths}, Bounds{"day of week", 0, 6, kWeekdays}};
  CronSchedule out;
  const std::array<Field*, 5> fields{&out.minute_, &out.hour_, &out.day_of_month_, &out.month_,
                                     &out.day_of_week_};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    auto field = parse_field(texts[i], bounds[i]);
    if (!field) return fail(std::move(field.error()));
    *fields[i] = *field;
  }
  return out;
}

Result<CronSchedule> CronSchedule::parse_descriptor(std::string_view spec) {
  if (spec == "@yearly" || spec == "@annually") return parse_fields("0 0 1 1 *");
  if (spec == "@monthly") return parse_fields("0 0 1 * *");
  if (spec == "@weekly") return parse_fields("0 0 * * 0");
  if (spec == "@daily" || spec == "@midnight") return parse_fields("0 0 * * *");
  if (spec == "@hourly") return parse_fields("0 * * * *");
  constexpr std::string_view kEvery = "@every ";
  if (spec.starts_with(kEvery)) {
    // Go's syntax: a sign, no days. Below a second, so also negative, it counts as one second.
    std::string_view text = spec.substr(kEvery.size());
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    const auto duration = parse_duration(text);
    if (duration && text.find('d') == std::string_view::npos) {
      CronSchedule out;
      out.every_ =
          negative ? Seconds(1) : std::max(std::chrono::floor<Seconds>(*duration), Seconds(1));
      return out;
    }
    return fail(Errc::InvalidArgument,
                "schedule " + in_quotes(spec) + R"(: write a duration, e.g. "@every 1h30m")");
  }
  return fail(Errc::InvalidArgument,
              "schedule " + in_quotes(spec) +
                  R"(: write @hourly, @daily, @weekly, @monthly, @yearly or "@every 1h")");
}

Result<CronSchedule> CronSchedule::parse(std::string_view spec, std::string_view time_zone) {
  if (spec.size() > kLongestSpec) {
    return fail(Errc::InvalidArgument,
                "schedule " + in_quotes(spec) + " is longer than 1024 characters");
  }
  if (spec.find("TZ") != std::string_view::npos) {
    return fail(Errc::InvalidArgument, "schedule " + in_quotes(spec) +
                                           " carries a time zone: write it in timeZone instead");
  }
  auto out = spec.starts_with('@') ? parse_descriptor(spec) : parse_fields(spec);
  if (!out) return out;
  const auto zone = carbon::find_zone(time_zone.empty() ? "UTC" : time_zone);
  if (!zone) return fail(zone.error());
  out->zone_ = *zone;
  return out;
}

}  // namespace karbonetes::plan
