#include "mock/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/text.hpp"
#include "base/text_file.hpp"

namespace karbonetes::mock {

namespace {

constexpr std::size_t kMaxBytes = 16u << 20;
constexpr double kMaxGrams = 100'000;
constexpr double kMaxUnixSeconds = 253'402'300'799;  // the end of year 9999

tl::unexpected<Error> wrong(std::size_t line, std::string_view what) {
  return fail(Errc::Parse, fmt::format("trace: line {}: {}", line, what));
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\"";  // quotes around a cell mean nothing here
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

std::string_view next_cell(std::string_view& rest) {
  const auto comma = rest.find(',');
  const auto cell = rest.substr(0, comma);
  rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  return trim(cell);
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<TimePoint> instant(std::string_view text, std::size_t line) {
  if (const auto seconds = number(text)) {
    if (!(*seconds >= 0 && *seconds <= kMaxUnixSeconds)) {
      return wrong(line, "time must be RFC 3339 or seconds since 1970");
    }
    return TimePoint(Millis(std::llround(*seconds * 1000)));
  }
  const auto t = parse_rfc3339(text);
  if (!t) return wrong(line, "time: " + t.error().message);
  return *t;
}

bool is_header(std::string_view time, std::string_view intensity) {
  return !number(intensity) && !parse_rfc3339(time) && !number(time);
}

class Rows {
 public:
  Status add(std::string_view row, std::size_t line) {
    const auto time = next_cell(row), intensity = next_cell(row), kind = next_cell(row);
    if (first_ && is_header(time, intensity)) {
      first_ = false;
      if (time != "time" || intensity != "intensity" || (!kind.empty() && kind != "kind")) {
        return wrong(line, "the header must be time,intensity or time,intensity,kind");
      }
      return {};
    }
    first_ = false;
    if (points_.size() >= kMaxTracePoints) return wrong(line, "more than 200000 points");
    const auto at = instant(time, line);
    if (!at) return fail(at.error());
    const auto grams = number(intensity);
    if (!grams || !(*grams >= 0 && *grams <= kMaxGrams)) {
      return wrong(line, fmt::format("intensity is {}; write gCO2eq/kWh from 0 to 100000",
                                     in_quotes(intensity)));
    }
    points_.push_back({*at, *grams});
    return take_kind(kind, line);
  }

  Result<Trace> finish() && {
    if (points_.empty()) {
      return fail(Errc::InvalidArgument,
                  "trace: has no points; write lines like 2026-11-24T00:00:00Z,412.5");
    }
    std::ranges::stable_sort(points_, {}, &Step::from);
    const auto repeated = std::ranges::unique(points_, {}, &Step::from);
    points_.erase(repeated.begin(), repeated.end());
    Trace out;
    const auto n = points_.size();
    out.steps.end = points_.back().from + (n > 1 ? points_[n - 1].from - points_[n - 2].from
                                                 : Millis(std::chrono::hours(1)));
    out.steps.points = std::move(points_);
    out.kind = kind_.value_or(carbon::KindTag::Average);
    return out;
  }

 private:
  Status take_kind(std::string_view text, std::size_t line) {
    if (text.empty()) return {};
    carbon::KindTag kind = carbon::KindTag::Average;
    if (text == carbon::Marginal::kName) {
      kind = carbon::KindTag::Marginal;
    } else if (text != carbon::Average::kName) {
      return wrong(line, "kind is " + in_quotes(text) + "; write average or marginal");
    }
    if (kind_.value_or(kind) != kind) {
      return wrong(line, "average and marginal are different quantities; write one kind per file");
    }
    kind_ = kind;
    return {};
  }

  std::vector<Step> points_;
  std::optional<carbon::KindTag> kind_;
  bool first_ = true;
};

}  // namespace

Result<Trace> parse_trace(std::string_view csv) {
  if (csv.size() > kMaxBytes) return fail(Errc::InvalidArgument, "trace: larger than 16 MiB");
  Rows rows;
  for (std::size_t line = 1; !csv.empty(); ++line) {
    const auto end = csv.find('\n');
    const std::string_view row = trim(csv.substr(0, end));
    csv = end == std::string_view::npos ? std::string_view() : csv.substr(end + 1);
    if (row.empty() || row.front() == '#') continue;
    if (auto ok = rows.add(row, line); !ok) return fail(ok.error());
  }
  return std::move(rows).finish();
}

Result<Trace> load_trace(const std::string& path) {
  const auto text = read_text_file(path, kMaxBytes);
  if (!text) return fail(text.error());
  auto trace = parse_trace(*text);
  if (!trace) return fail(trace.error().code, path + ": " + trace.error().message);
  return trace;
}

double percentile(const Steps& steps, double percent) {
  struct Weighted {
    double grams;
    double millis;
  };
  std::vector<Weighted> all;
  all.reserve(steps.points.size());
  double total = 0;
  for (std::size_t i = 0; i < steps.points.size(); ++i) {
    const TimePoint next = i + 1 < steps.points.size() ? steps.points[i + 1].from : steps.end;
    const auto millis = static_cast<double>((next - steps.points[i].from).count());
    all.push_back({steps.points[i].grams, millis});
    total += millis;
  }
  std::ranges::sort(all, {}, &Weighted::grams);
  double so_far = 0;
  for (const auto& one : all) {
    so_far += one.millis;
    if (so_far >= total * percent / 100) return one.grams;
  }
  return all.empty() ? 0 : all.back().grams;
}

}  // namespace karbonetes::mock
