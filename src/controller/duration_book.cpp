#include "controller/duration_book.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ranges>

namespace karbonetes::controller {

namespace {

constexpr std::size_t kMostText = 800u << 10;
constexpr std::size_t kMostWritten = 8;  // samples of a series: enough for a median and a quantile
constexpr const char* kKey = "durations";

std::string series_key(std::string_view ns, const placement::JobFacts& job) {
  return std::string(ns) + "/" + plan::series_of(job.cronjob, job.generate_name, job.name);
}

std::string line_of(const plan::SeriesDurations& series) {
  std::string line = series.series + "\t";
  const auto first =
      series.samples.size() > kMostWritten ? series.samples.size() - kMostWritten : 0;
  for (auto i = first; i < series.samples.size(); ++i) {
    const auto& s = series.samples[i];
    line += fmt::format("{}{},{},{:x}", i == first ? "" : " ",
                        std::chrono::floor<Seconds>(s.finished).time_since_epoch().count(),
                        s.ran.count(), s.uid_hash);
  }
  return line + "\n";
}

// Takes the text up to `separator` (or all) off the front.
std::string_view take(std::string_view& text, char separator) {
  const auto end = text.find(separator);
  const auto part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

template <typename T>
bool number(std::string_view text, T& out, int base = 10) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, base);
  return error == std::errc{} && end == text.data() + text.size();
}

std::optional<plan::DurationSample> sample_of(std::string_view text) {
  std::int64_t finished = 0;
  std::int64_t ran = 0;
  plan::DurationSample out;
  constexpr std::int64_t kYear9999 = 253'402'300'799;
  if (!number(take(text, ','), finished) || !number(take(text, ','), ran) ||
      !number(text, out.uid_hash, 16) || finished < 0 || finished > kYear9999 || ran < 0) {
    return std::nullopt;
  }
  out.finished = TimePoint(Seconds(finished));
  out.ran = Millis(ran);
  return out;
}

}  // namespace

std::string encode_durations(const std::vector<plan::SeriesDurations>& all) {
  std::vector<std::string> lines;
  std::size_t size = 0;
  for (const auto& series : std::ranges::reverse_view(all)) {
    lines.push_back(line_of(series));
    size += lines.back().size();
    if (size > kMostText) {
      lines.pop_back();
      break;
    }
  }
  std::string out;
  for (const auto& line : std::ranges::reverse_view(lines)) out += line;
  return out;
}

std::vector<plan::SeriesDurations> decode_durations(std::string_view text) {
  std::vector<plan::SeriesDurations> out;
  while (!text.empty()) {
    auto line = take(text, '\n');
    plan::SeriesDurations series;
    series.series = std::string(take(line, '\t'));
    while (!line.empty()) {
      if (const auto sample = sample_of(take(line, ' '))) series.samples.push_back(*sample);
    }
    if (!series.series.empty() && !series.samples.empty()) out.push_back(std::move(series));
  }
  return out;
}

bool DurationBook::learn(const placement::JobFacts& job) {
  if (!job.complete || !job.started_at || !job.finished_at) return false;
  const plan::DurationSample sample{*job.finished_at, *job.finished_at - *job.started_at,
                                    plan::hash_of_uid(job.uid)};
  const std::lock_guard lock(mutex_);
  if (!durations_.feed(series_key(job.ns, job), sample)) return false;
  changed_ = true;
  return true;
}

std::optional<plan::DurationEstimate> DurationBook::estimate(std::string_view ns,
                                                             const placement::JobFacts& job) const {
  const std::lock_guard lock(mutex_);
  return durations_.estimate(series_key(ns, job));
}

Status DurationBook::load(std::stop_token stop) {
  auto map = maps_.read(kName, std::move(stop));
  if (!map) return fail(map.error());
  const auto it = map->data.find(kKey);
  const auto known = decode_durations(it == map->data.end() ? std::string_view() : it->second);
  version_ = std::move(map->resource_version);
  const std::lock_guard lock(mutex_);
  durations_.restore(known);
  return {};
}

Result<kube::Outcome> DurationBook::save(std::stop_token stop) {
  KeptMap map;
  map.name = kName;
  map.resource_version = version_;
  {
    const std::lock_guard lock(mutex_);
    if (!changed_) return kube::Outcome{};
    changed_ = false;
    map.data[kKey] = encode_durations(durations_.snapshot());
  }
  auto version = maps_.write(map, "durations", stop);
  if (version) {
    version_ = std::move(*version);
    return kube::Outcome{};
  }
  {
    const std::lock_guard lock(mutex_);
    changed_ = true;
  }
  const auto code = version.error().code;
  if (code != Errc::Conflict && code != Errc::AlreadyExists && code != Errc::NotFound)
    return fail(version.error());
  // Another replica wrote: what it knew is taken in, and all is written at the next try.
  if (auto loaded = load(stop); !loaded) return fail(loaded.error());
  return fail(version.error());
}

}  // namespace karbonetes::controller
