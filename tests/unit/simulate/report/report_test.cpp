#include "simulate/report/report.hpp"

#include <gmock/gmock.h>

#include <limits>
#include <stack>

#include "json/document.hpp"
#include "simulate/report/plot.hpp"

namespace karbonetes::simulate {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

Row row(Rule rule, Millis max_delay, double grams) {
  Row out;
  out.zone = "DE";
  out.scenario.rule = rule;
  out.scenario.max_delay = max_delay;
  out.jobs = 1'000;
  out.kwh = 1'234.5;
  out.baseline_grams = 400'000;
  out.grams = grams;
  out.waits = {minutes(200), minutes(180), hours(8), hours(8)};
  out.planned = 900;
  out.at_deadline = 100;
  out.by_namespace = {{"team-a", 600, 700, 240'000, grams * 0.6, minutes(190)},
                      {"team-b", 400, 534.5, 160'000, grams * 0.4, minutes(215)}};
  out.wait_bins[0] = 400;
  out.wait_bins[7] = 600;
  out.bin_width = hours(1);
  return out;
}

Study study() {
  Study out;
  out.from = *parse_rfc3339("2026-01-05T00:00:00Z");
  out.until = *parse_rfc3339("2026-01-12T00:00:00Z");
  out.traces = "DE 2026-01-05T00:00:00Z to 2026-01-19T00:00:00Z in steps of 1h";
  out.workload = "1000 Jobs (jobs.csv)";
  out.notes = {"DE: 2 steps of 1h are missing"};
  out.rows = {row(Rule::LowestWindow, hours(8), 350'000), row(Rule::FirstGreen, hours(8), 372'000),
              row(Rule::Oracle, hours(8), 349'000), row(Rule::Immediate, hours(8), 400'000)};
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
  suggestion.curve = {
      {hours(4), hours(1), 0.06}, {hours(8), hours(3), 0.125}, {hours(24), hours(9), 0.13}};
  suggestion.chosen = 1;
  out.suggestions = {suggestion};
  Timeline timeline;
  timeline.zone = "DE";
  timeline.from = out.from;
  timeline.bucket = hours(1);
  for (int hour = 0; hour < 168; ++hour) timeline.intensity.push_back(300 + hour % 24);
  timeline.starts = {{"at once", std::vector<std::uint32_t>(168, 6)},
                     {"lowest-window, 8h", std::vector<std::uint32_t>(168, 5)}};
  out.timelines = {timeline};
  return out;
}

TEST(Report, TextIsForPeople) {
  EXPECT_EQ(render_text(study(), false),
            R"(1000 Jobs (jobs.csv), 2026-01-05T00:00:00Z to 2026-01-12T00:00:00Z
DE 2026-01-05T00:00:00Z to 2026-01-19T00:00:00Z in steps of 1h
1.23 MWh; every Job at its arrival is what savings are measured against

ZONE   POLICY          MAX DELAY   SAVED    CO2EQ      AT ONCE    MEAN WAIT   95 % WAIT   AT DEADLINE
DE     lowest-window   8h          12.5 %   350.0 kg   400.0 kg   3h20m       8h          10.0 %
DE     first-green     8h          7.0 %    372.0 kg   400.0 kg   3h20m       8h          10.0 %
DE     oracle          8h          12.7 %   349.0 kg   400.0 kg   3h20m       8h          10.0 %
DE     immediate       -           0.0 %    400.0 kg   400.0 kg   3h20m       8h          10.0 %

DE, lowest-window, 8h, by namespace:
NAMESPACE   JOBS   ENERGY      SAVED    CO2EQ      AT ONCE    MEAN WAIT
team-a      600    700.0 kWh   12.5 %   210.0 kg   240.0 kg   3h10m
team-b      400    534.5 kWh   12.5 %   140.0 kg   160.0 kg   3h35m

DE: first-green, 8h saves 7.0 %, lowest-window, 8h 12.5 %; difference +5.5 points (95 % interval +5.0 points to +6.0 points, 7 days resampled 2000 times): not by chance; Jobs wait +0.5 h (+0.2 to +0.8)

DE: lowest-window with maxDelay 8h saves 12.5 % at a mean wait of 3h; 24h would save 13.0 %
  4h: 6.0 % 8h: 12.5 % 24h: 13.0 %

apiVersion: carbon-aware.io/v1alpha1
kind: CarbonAwarePolicy
metadata:
  name: default
spec:
  strategy: LowestWindow
  maxDelay: 8h

note: DE: 2 steps of 1h are missing
)");
}

TEST(Report, TextShowsWhatDiffers) {
  Study s = study();
  s.rows[0].scenario.error = {ErrorKind::Ar1, 0.1, 3, 0.9};
  s.rows[0].scenario.capacity.green_vcpu = 32;
  s.rows[0].grams = 410'000;
  s.rows[0].late = 17;
  const auto text = render_text(s, true);
  EXPECT_THAT(text, HasSubstr("error 10 % ar1, green 32 vCPU, seed 3"));
  EXPECT_THAT(text, HasSubstr("\x1b[31m-2.5 %")) << "worse than at once, in red";
  EXPECT_THAT(text, HasSubstr("LATE"));
}

TEST(Report, JsonHasItsFields) {
  Study s = study();
  s.comparisons[0].high = std::numeric_limits<double>::infinity();
  const auto read = json::parse(render_json(s));
  ASSERT_TRUE(read);
  EXPECT_NEAR((*read)["rows"][0]["savedPercent"].get<double>(), 12.5, 1e-9);
  EXPECT_EQ((*read)["rows"][0]["scenario"]["maxDelaySeconds"], 28'800.0);
  EXPECT_EQ((*read)["rows"][0]["byNamespace"][1]["namespace"], "team-b");
  EXPECT_TRUE((*read)["comparisons"][0]["differencePoints"]["high"].is_null());
  EXPECT_EQ((*read)["suggestions"][0]["maxDelaySeconds"], 28'800.0);
}

TEST(Report, CsvIsSafeForSpreadsheets) {
  Study s = study();
  s.rows = {s.rows[0]};
  s.rows[0].zone = "=1+\"2\"";
  const auto csv = render_csv(s);
  EXPECT_THAT(csv, testing::StartsWith("zone,kind,policy,max_delay_s,"));
  EXPECT_THAT(csv, HasSubstr("\r\n\"'=1+\"\"2\"\"\",average,lowest-window,28800,"));
  EXPECT_EQ(std::ranges::count(csv, '\n'), 2);
}

// Every tag is closed, in order.
::testing::AssertionResult well_formed(const std::string& html) {
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

TEST(Report, HtmlNeedsNothingElse) {
  const auto html = render_html(study());
  EXPECT_TRUE(well_formed(html));
  EXPECT_THAT(html, HasSubstr("<strong>"));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("src=")));
  EXPECT_THAT(html, Not(HasSubstr("url(")));
  std::string rest = html;
  for (auto at = rest.find("http"); at != std::string::npos; at = rest.find("http", at + 1))
    EXPECT_EQ(rest.substr(at, 26), "http://www.w3.org/2000/svg");
  for (const char* part : {"prefers-color-scheme", "role=\"img\"", "<caption>", "lang=\"en\""})
    EXPECT_THAT(html, HasSubstr(part));
}

TEST(Report, TextFromOutsideIsHarmless) {
  Study s = study();
  s.rows[0].by_namespace[0].name = "<script>alert(1)</script>&\x1b[2J";
  s.timelines[0].zone = s.rows[0].zone = "\"><img>";
  s.notes = {"</ul><b>"};
  const auto html = render_html(s);
  EXPECT_TRUE(well_formed(html));
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("<img")));
  EXPECT_THAT(render_text(s, false), Not(HasSubstr("\x1b")));
}

TEST(Report, SurvivesEmptyAndOddStudies) {
  EXPECT_TRUE(well_formed(render_html(Study())));
  EXPECT_THAT(pictures(Study()), SizeIs(0));
  Study s = study();
  for (Row& each : s.rows) each.baseline_grams = each.grams = each.kwh = 0;
  s.timelines[0].intensity.assign(168, std::numeric_limits<double>::quiet_NaN());
  s.suggestions[0].curve.clear();
  EXPECT_TRUE(well_formed(render_html(s)));
  EXPECT_THAT(render_html(s), Not(HasSubstr("nan")));
  s.rows.assign(200, s.rows[0]);
  EXPECT_TRUE(well_formed(render_html(s)));
  EXPECT_TRUE(json::parse(render_json(s)));
}

TEST(Report, PicturesAreFiles) {
  std::vector<std::string> names;
  for (const auto& [name, svg] : pictures(study())) {
    names.push_back(name);
    EXPECT_TRUE(well_formed(svg)) << name;
  }
  EXPECT_THAT(names, ElementsAre("intensity-DE.svg", "saving-by-delay.svg", "waits.svg"));
}

TEST(Scale, BeginsAndEndsAtRoundNumbers) {
  struct Case {
    double low, high, begin, end, step;
  };
  for (const auto& c : {Case{0, 420, 0, 500, 100}, Case{-3, 12, -5, 15, 5}, Case{0, 0, 0, 1, 0.2},
                        Case{0, 24, 0, 25, 5}, Case{0.001, 0.0011, 0.001, 0.0011, 0.00005}}) {
    const Scale s = Scale::around(c.low, c.high);
    EXPECT_NEAR(s.low, c.begin, 1e-9);
    EXPECT_NEAR(s.high, c.end, 1e-9);
    EXPECT_NEAR(s.step, c.step, 1e-9);
  }
  EXPECT_GT(Scale::around(std::numeric_limits<double>::quiet_NaN(), 1).step, 0);
}

}  // namespace
}  // namespace karbonetes::simulate
