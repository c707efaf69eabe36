#include "simulate/report/labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace karbonetes::simulate {

namespace {

constexpr std::string_view kComma = ", ";

// describe() begins with rule and maxDelay.
std::string known(const Scenario& scenario) {
  std::string out = name(scenario.rule);
  if (scenario.rule != Rule::Immediate) out += ", " + format_duration(scenario.max_delay);
  return out;
}

std::vector<std::string> parts_of(const Scenario& scenario) {
  std::vector<std::string> out;
  const std::string whole = describe(scenario);
  for (std::size_t at = known(scenario).size(); at < whole.size();) {
    at += kComma.size();
    const std::size_t end = std::min(whole.find(kComma, at), whole.size());
    out.push_back(whole.substr(at, end - at));
    at = end;
  }
  return out;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string out;
  for (const auto& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out;
}

}  // namespace

Labels::Labels(const Study& study) {
  std::optional<std::uint64_t> seed;
  for (const Row& row : study.rows) {
    if (row.scenario.error.kind == ErrorKind::None) continue;
    if (seed && *seed != row.scenario.error.seed) seeds_ = true;
    seed = row.scenario.error.seed;
  }
  if (study.rows.size() < 2) return;  // what a single row is made of belongs to it
  common_ = parts_of(study.rows.front().scenario);
  for (const Row& row : study.rows) {
    const auto parts = parts_of(row.scenario);
    std::erase_if(common_,
                  [&](const auto& part) { return std::ranges::find(parts, part) == parts.end(); });
  }
}

std::string Labels::variant(const Scenario& scenario) const {
  auto parts = parts_of(scenario);
  std::erase_if(
      parts, [&](const auto& part) { return std::ranges::find(common_, part) != common_.end(); });
  if (seeds_ && scenario.error.kind != ErrorKind::None)
    parts.push_back(fmt::format("seed {}", scenario.error.seed));
  return joined(parts);
}

std::string Labels::label(const Scenario& scenario) const {
  const std::string differs = variant(scenario);
  return known(scenario) + (differs.empty() ? "" : ", " + differs);
}

std::string Labels::common() const { return joined(common_); }

}  // namespace karbonetes::simulate
