// A study as tests want it, and a strict look at markup.
#pragma once

#include <gtest/gtest.h>

#include <stack>
#include <string>

#include "simulate/study.hpp"

namespace karbonetes::simulate::testing_report {

inline Row row(Rule rule, Millis max_delay, double grams) {
  Row out;
  out.zone = "DE";
  out.scenario.rule = rule;
  out.scenario.max_delay = max_delay;
  out.jobs = 1'000;
  out.kwh = 1'234.5;
  out.baseline_grams = 400'000;
  out.grams = grams;
  out.waits = {std::chrono::minutes(200), std::chrono::minutes(180), std::chrono::hours(8),
               std::chrono::hours(8)};
  out.planned = 900;
  out.at_deadline = 100;
  out.by_namespace = {{"team-a", 600, 700, 240'000, grams * 0.6, std::chrono::minutes(190)},
                      {"team-b", 400, 534.5, 160'000, grams * 0.4, std::chrono::minutes(215)}};
  out.wait_bins[0] = 400;
  out.wait_bins[7] = 600;
  out.bin_width = std::chrono::hours(1);
  return out;
}

inline Study study() {
  Study out;
  out.from = *parse_rfc3339("2026-01-05T00:00:00Z");
  out.until = *parse_rfc3339("2026-01-12T00:00:00Z");
  out.traces = "DE 2026-01-05T00:00:00Z to 2026-01-19T00:00:00Z in steps of 1h";
  out.workload = "1000 Jobs (jobs.csv)";
  out.notes = {"DE: 2 steps of 1h are missing"};
  out.rows = {row(Rule::LowestWindow, std::chrono::hours(8), 350'000),
              row(Rule::FirstGreen, std::chrono::hours(8), 372'000),
              row(Rule::Oracle, std::chrono::hours(8), 349'000),
              row(Rule::Immediate, std::chrono::hours(8), 400'000)};
  Comparison comparison;
  comparison.a = 1;
  comparison.b = 0;
  comparison.saved_a = 0.07;
  comparison.saved_b = 0.125;
  comparison.difference = 0.055;
  comparison.low = 0.05;
  comparison.high = 0.06;
  comparison.days = 7;
  comparison.resamples = 2'000;
  comparison.wait_hours = 0.5;
  comparison.wait_low = 0.2;
  comparison.wait_high = 0.8;
  out.comparisons = {comparison};
  Suggestion suggestion;
  suggestion.zone = "DE";
  suggestion.curve = {{std::chrono::hours(4), std::chrono::hours(1), 0.06},
                      {std::chrono::hours(8), std::chrono::hours(3), 0.125},
                      {std::chrono::hours(24), std::chrono::hours(9), 0.13}};
  suggestion.chosen = 1;
  out.suggestions = {suggestion};
  Timeline timeline;
  timeline.zone = "DE";
  timeline.from = out.from;
  timeline.bucket = std::chrono::hours(1);
  for (int hour = 0; hour < 168; ++hour) timeline.intensity.push_back(300 + hour % 24);
  timeline.starts = {{"at once", std::vector<std::uint32_t>(168, 6)},
                     {"lowest-window, 8h", std::vector<std::uint32_t>(168, 5)}};
  out.timelines = {timeline};
  return out;
}

// Every tag is closed, in order, and no control character is inside, which XML has not.
inline ::testing::AssertionResult well_formed(const std::string& html) {
  for (const char c : html)
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n')
      return ::testing::AssertionFailure() << "a control character";
  std::stack<std::string> open;
  for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
    const auto end = html.find('>', at);
    if (end == std::string::npos) return ::testing::AssertionFailure() << "no end at " << at;
    std::string tag = html.substr(at + 1, end - at - 1);
    if (tag.starts_with('!') || tag.ends_with('/')) continue;
    const bool close = tag.starts_with('/');
    if (close) tag.erase(0, 1);
    tag = tag.substr(0, tag.find_first_of(" \n"));
    if (tag == "meta" || tag == "br") continue;
    if (!close) {
      open.push(tag);
    } else if (open.empty() || open.top() != tag) {
      return ::testing::AssertionFailure() << "</" << tag << "> at " << at;
    } else {
      open.pop();
    }
  }
  if (!open.empty()) return ::testing::AssertionFailure() << open.top() << " is not closed";
  return ::testing::AssertionSuccess();
}

}  // namespace karbonetes::simulate::testing_report
