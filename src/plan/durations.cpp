#include "plan/durations.hpp"

#include <algorithm>
#include <bit>

namespace karbonetes::plan {

namespace {

bool is_separator(char c) { return c == '-' || c == '.' || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view without_numbers(std::string_view name) {
  std::string_view rest = name;
  while (!rest.empty() && is_digit(rest.back())) {
    while (!rest.empty() && is_digit(rest.back())) rest.remove_suffix(1);
    if (!rest.empty() && is_separator(rest.back())) rest.remove_suffix(1);
  }
  return rest.empty() ? name : rest;
}

// Upwards to a number of whole seconds with at most six significant bits: at most 1/32 more, or the
// rest of a second.
Millis rounded_up(Millis d) {
  const auto seconds =
      static_cast<std::uint64_t>(std::max<std::int64_t>(1, std::chrono::ceil<Seconds>(d).count()));
  const auto bits = static_cast<int>(std::bit_width(seconds));
  const std::uint64_t unit = bits <= 6 ? 1 : std::uint64_t{1} << (bits - 6);
  return Seconds((seconds + unit - 1) / unit * unit);
}

}  // namespace

std::string series_of(std::string_view cronjob, std::string_view generate_name,
                      std::string_view name) {
  if (!cronjob.empty()) return std::string(cronjob);
  std::string_view prefix = generate_name;
  while (!prefix.empty() && is_separator(prefix.back())) prefix.remove_suffix(1);
  return std::string(prefix.empty() ? without_numbers(name) : prefix);
}

std::uint64_t hash_of_uid(std::string_view uid) {
  std::uint64_t hash = 14'695'981'039'346'656'037U;
  for (const char c : uid) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 1'099'511'628'211U;
  }
  return hash;
}

bool Durations::feed(std::string_view series, const DurationSample& sample) {
  if (series.empty() || series.size() > kMaxName) return false;
  if (sample.ran <= Millis(0) || sample.ran > kLongest) return false;
  auto it = by_name_.find(series);
  if (it == by_name_.end()) {
    if (by_name_.size() >= kSeries) {
      by_name_.erase(order_.front().series);
      order_.pop_front();
    }
    order_.push_back({std::string(series), {}});
    it = by_name_.emplace(order_.back().series, std::prev(order_.end())).first;
  }
  auto& samples = it->second->samples;
  if (std::ranges::find(samples, sample.uid_hash, &DurationSample::uid_hash) != samples.end())
    return false;
  const auto after =
      std::ranges::upper_bound(samples, sample.finished, {}, &DurationSample::finished);
  if (samples.size() >= kSamples && after == samples.begin()) return false;
  samples.insert(after, sample);
  if (samples.size() > kSamples) samples.erase(samples.begin());
  order_.splice(order_.end(), order_, it->second);
  return true;
}

std::optional<DurationEstimate> Durations::estimate(std::string_view series) const {
  const auto it = by_name_.find(series);
  if (it == by_name_.end()) return std::nullopt;
  std::vector<Millis> ran;
  for (const DurationSample& s : it->second->samples) ran.push_back(s.ran);
  std::ranges::sort(ran);
  const std::size_t n = ran.size();
  const Millis median = n % 2 == 1 ? ran[n / 2] : (ran[n / 2 - 1] + ran[n / 2]) / 2;
  const Millis long_run = ran[(9 * n + 9) / 10 - 1];  // nearest rank
  return DurationEstimate{rounded_up(median), rounded_up(long_run), static_cast<int>(n)};
}

std::vector<SeriesDurations> Durations::snapshot() const { return {order_.begin(), order_.end()}; }

void Durations::restore(const std::vector<SeriesDurations>& snapshot) {
  for (const SeriesDurations& s : snapshot) {
    for (const DurationSample& sample : s.samples) feed(s.series, sample);
  }
}

}  // namespace karbonetes::plan
