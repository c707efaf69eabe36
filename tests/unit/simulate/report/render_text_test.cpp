#include <gmock/gmock.h>

#include "fixtures.hpp"
#include "simulate/report/report.hpp"

namespace karbonetes::simulate {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing_report::study;

TEST(RenderText, IsForPeople) {
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

TEST(RenderText, ShowsWhatDiffersAndSaysOnceWhatDoesNot) {
  Study s = study();
  for (Row& each : s.rows) each.scenario.capacity.green_vcpu = 32;
  s.rows[0].scenario.error = {ErrorKind::Ar1, 0.1, 3, 0.9};
  s.rows[1].scenario.error = {ErrorKind::Ar1, 0.1, 4, 0.9};
  s.rows[0].grams = 410'000;
  s.rows[0].late = 17;
  const auto text = render_text(s, true);
  EXPECT_THAT(text, HasSubstr("all with green 32 vCPU\n"));
  EXPECT_THAT(text, HasSubstr("error 10 % ar1, seed 3 "));
  EXPECT_THAT(text, Not(HasSubstr("ar1, green"))) << "in no row: all have it";
  EXPECT_THAT(text, HasSubstr("\x1b[31m-2.5 %")) << "worse than at once, in red";
  EXPECT_THAT(text, HasSubstr("LATE"));
  EXPECT_THAT(text, HasSubstr("PEAK VCPU"));
}

TEST(RenderText, OneRowOneNamespace) {
  Study s = study();
  s.rows.resize(1);
  s.rows[0].by_namespace.resize(1);
  s.comparisons.clear();
  s.suggestions.clear();
  s.notes.clear();
  const auto text = render_text(s, false);
  EXPECT_THAT(text, HasSubstr("lowest-window"));
  EXPECT_THAT(text, Not(HasSubstr("NAMESPACE"))) << "it would say the same again";
  EXPECT_THAT(text, Not(HasSubstr("WITH")));
}

TEST(RenderText, SuggestsThePolicyThatSavesMost) {
  Study s = study();
  s.suggestions.push_back(s.suggestions[0]);
  s.suggestions[1].rule = Rule::CarbonTime;
  s.suggestions[1].curve[1].saved = 0.2;
  s.suggestions.push_back(s.suggestions[0]);
  s.suggestions[2].rule = Rule::Oracle;  // no cluster has it
  s.suggestions[2].curve[1].saved = 0.9;
  const auto text = render_text(s, false);
  EXPECT_THAT(text, HasSubstr("  strategy: CarbonTime\n  maxDelay: 8h\n"));
  EXPECT_THAT(text, Not(HasSubstr("strategy: LowestWindow")));
}

TEST(RenderText, SuggestsNothingThatIsNotWorthIt) {
  Study s = study();
  s.suggestions[0].worth_it = false;
  const auto text = render_text(s, false);
  EXPECT_THAT(text, HasSubstr("waiting is not worth it"));
  EXPECT_THAT(text, Not(HasSubstr("apiVersion")));
}

TEST(RenderText, EmptyStudyAndForeignText) {
  EXPECT_THAT(render_text(Study(), false), HasSubstr("ZONE"));
  Study s = study();
  s.rows[0].zone = s.workload = s.traces = s.notes[0] = "a\x1b[2Jb";
  s.rows[0].by_namespace[0].name = "\x1b]0;title";
  EXPECT_THAT(render_text(s, false), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace karbonetes::simulate
