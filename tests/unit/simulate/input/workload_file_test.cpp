#include "simulate/input/workload_file.hpp"

#include <gmock/gmock.h>

#include <random>

#include "simulate/input/synthetic.hpp"

namespace karbonetes::simulate {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;

const TimePoint kBegin = *parse_rfc3339("2026-01-05T00:00:00Z");

Result<Workload> read(std::string_view text) {
  WorkloadOptions options;
  options.file = "jobs.csv";
  options.begin = kBegin;
  return read_workload_csv(text, options);
}

TEST(WorkloadFile, ReadsAllColumns) {
  const auto all = read(
      "Arrival,Duration,vCPU,memory,gpus,gpu_model,pods,namespace,name,expected "
      "duration,max-delay\n"
      "2026-01-05T03:00:00Z,90m,500m,2Gi,1,A100,4,team-a,train-7,2h,8h\n"
      "60,5400,2,4,,,,team-b,etl,,0\n");
  ASSERT_TRUE(all) << all.error().message;
  ASSERT_EQ(all->jobs.size(), 2U);
  const Job& etl = all->jobs[0];
  EXPECT_EQ(etl.arrival, kBegin + minutes(1)) << "sorted; seconds count from the traces' begin";
  EXPECT_EQ(etl.duration, minutes(90));
  EXPECT_EQ(etl.delay_cap, Millis(0));
  EXPECT_EQ(etl.expected, Millis(0));
  const auto gcp = ledger::model_of(ledger::CloudProvider::Gcp);
  EXPECT_FLOAT_EQ(etl.kw, static_cast<float>(ledger::kw_per_pod({2, 4, {}}, gcp)));
  const Job& train = all->jobs[1];
  EXPECT_EQ(train.arrival, kBegin + hours(3));
  EXPECT_EQ(train.delay_cap, hours(8));
  EXPECT_EQ(train.expected, hours(2));
  EXPECT_FLOAT_EQ(train.vcpu, 2);
  EXPECT_FLOAT_EQ(train.kw,
                  static_cast<float>(4 * ledger::kw_per_pod({0.5, 2, {{"A100", 1}}}, gcp)));
  EXPECT_EQ(all->namespaces.at(train.ns), "team-a");
  EXPECT_EQ(all->series.at(train.series), "team-a/train") << "of one name but the number";
}

TEST(WorkloadFile, HasDefaultsAndTellsWhatItDoesNotUse) {
  const auto all = read("submit_time,runtime,colour\n0,60,red\n");
  ASSERT_TRUE(all);
  EXPECT_EQ(all->jobs[0].delay_cap, Millis(-1));
  EXPECT_FLOAT_EQ(all->jobs[0].vcpu, 1);
  EXPECT_THAT(all->namespaces, ElementsAre("default"));
  EXPECT_THAT(all->notes, ElementsAre("column \"colour\" is not used"));
}

struct Malformed {
  const char* text;
  const char* told;
};
class MalformedWorkload : public testing::TestWithParam<Malformed> {};
TEST_P(MalformedWorkload, SaysWhereAndWhatToWriteInstead) {
  const auto refused = read(GetParam().text);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, testing::StartsWith("jobs.csv:"));
  EXPECT_THAT(refused.error().message, HasSubstr(GetParam().told));
}
constexpr Malformed kMalformed[] = {
    {"", ":1: the file is empty"},
    {"duration\n60\n", ":1: there is no column arrival; the header must name arrival and duration"},
    {"arrival\n60\n", ":1: there is no column duration"},
    {"arrival,duration\n", "there is no Job below the header"},
    {"arrival,duration\nnoon,60\n", ":2: arrival is \"noon\"; write RFC 3339"},
    {"arrival,duration\n1e30,60\n", ":2: arrival is \"1e30\""},
    {"arrival,duration\n0,\n", ":2: duration is \"\"; write seconds above 0"},
    {"arrival,duration\n0,0\n", ":2: duration is \"0\""},
    {"arrival,duration\n0,-5\n", ":2: duration is \"-5\""},
    {"arrival,duration\n0,long\n", "or a duration such as 90m"},
    {"arrival,duration\n0,60\n0,1e12\n", ":3: duration is \"1e12\""},
    {"arrival,duration,vcpu\n0,60,two\n", ":2: vcpu is \"two\"; write cores, e.g. 2 or 500m"},
    {"arrival,duration,vcpu\n0,60,-2\n", ":2: vcpu is \"-2\""},
    {"arrival,duration,memory\n0,60,lots\n", ":2: memory is \"lots\"; write GiB"},
    {"arrival,duration,memory\n0,60,-1\n", ":2: memory is \"-1\""},
    {"arrival,duration,gpus\n0,60,x\n", ":2: gpus is \"x\"; write a number of GPUs"},
    {"arrival,duration,pods\n0,60,1e9\n", ":2: pods is \"1e9\"; write a number of pods"},
    {"arrival,duration,max_delay\n0,60,soon\n",
     ":2: max_delay is \"soon\"; write seconds, or a "
     "duration such as 8h"},
    {"arrival,duration,expected_duration\n0,60,0\n", ":2: expected_duration is \"0\""},
    {"arrival,duration\n0,60,7\n", ":2: 3 cells"},
    {"arrival,duration,namespace\n0,60,\"a\nb\"\n", ":2: namespace is \"a?b\"; write at most 253"},
    {"arrival,duration,name\n0,60,a\x1b[2J\n", ":2: name is \"a?[2J\"; write at most 253"},
    {"arrival,duration\n0,\"60\n", ":2: a cell in double quotes"},
};
INSTANTIATE_TEST_SUITE_P(All, MalformedWorkload, testing::ValuesIn(kMalformed));

TEST(WorkloadFile, SurvivesAnyBytesAndEveryTruncation) {
  std::mt19937 random(1);
  const std::string sample =
      "arrival,duration,vcpu,memory,namespace,name\n2026-01-05T03:00:00Z,90m,500m,2Gi,a,b\n0,60,1,"
      "1,c,d\n";
  for (std::size_t n = 0; n <= sample.size(); ++n) (void)read(sample.substr(0, n));
  for (int i = 0; i < 5'000; ++i) {
    std::string text = sample.substr(0, random() % sample.size());
    for (int k = 0; k < 3 && !text.empty(); ++k)
      text[random() % text.size()] = static_cast<char>(random());
    (void)read(text);
  }
}

SyntheticOptions month() {
  SyntheticOptions out;
  out.from = kBegin;
  out.until = kBegin + hours(24 * 28);
  return out;
}

TEST(Synthetic, NightlyComesEachNight) {
  const auto all =
      synthetic("nightly,per-day=3,at=01:00,duration=30m,vcpu=8,namespaces=2", month());
  ASSERT_TRUE(all);
  EXPECT_EQ(all->jobs.size(), 84U);
  EXPECT_EQ(all->jobs[4].arrival, kBegin + hours(25) + minutes(1));
  EXPECT_EQ(all->jobs[4].duration, minutes(30));
  EXPECT_EQ(all->namespaces.size(), 2U);
}

TEST(Synthetic, PoissonHasItsRateAndItsSeed) {
  const auto all = synthetic("poisson,per-day=500,seed=3", month());
  ASSERT_TRUE(all);
  EXPECT_NEAR(static_cast<double>(all->jobs.size()), 500 * 28, 4 * std::sqrt(500 * 28));
  const auto again = synthetic("poisson,per-day=500,seed=3", month());
  const auto other = synthetic("poisson,per-day=500,seed=4", month());
  EXPECT_EQ(all->jobs.at(99).arrival, again->jobs.at(99).arrival);
  EXPECT_NE(all->jobs.at(99).arrival, other->jobs.at(99).arrival);
}

TEST(Synthetic, DiurnalIsBusyOnWorkdays) {
  const auto all = synthetic("diurnal,per-day=500", month());
  ASSERT_TRUE(all);
  double noon = 0;
  double night = 0;
  double weekend = 0;
  for (const Job& job : all->jobs) {
    const auto day = std::chrono::floor<std::chrono::days>(job.arrival);
    const auto hour = (job.arrival - day) / hours(1);
    noon += hour == 14 ? 1 : 0;
    night += hour == 2 ? 1 : 0;
    weekend += std::chrono::weekday(day).iso_encoding() > 5 ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(all->jobs.size()), 500 * 28, 4 * std::sqrt(500 * 28));
  EXPECT_GT(noon, 8 * night);
  EXPECT_NEAR(weekend / static_cast<double>(all->jobs.size()), 0.6 / 5.6, 0.02);
}

TEST(Synthetic, DurationsHaveTheirTails) {
  const auto lognormal = synthetic("poisson,per-day=1000,duration=lognormal:45m:1.2", month());
  const auto pareto =
      synthetic("poisson,per-day=1000,duration=pareto:10m:1.5,longest=48h", month());
  ASSERT_TRUE(lognormal && pareto);
  std::vector<Millis> lengths;
  for (const Job& job : lognormal->jobs) lengths.push_back(job.duration);
  std::ranges::sort(lengths);
  EXPECT_NEAR(static_cast<double>(lengths[lengths.size() / 2].count()), 2.7e6, 1.2e5);
  std::size_t beyond = 0;
  for (const Job& job : pareto->jobs) {
    ASSERT_GE(job.duration, minutes(10));
    ASSERT_LE(job.duration, hours(48));
    ASSERT_EQ(job.duration % seconds(1), Millis(0));
    beyond += job.duration > minutes(40) ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(beyond) / static_cast<double>(pareto->jobs.size()),
              std::pow(4, -1.5), 0.01);
}

TEST(Synthetic, SaysWhatToWriteInstead) {
  for (const auto& [spec, told] : std::vector<std::pair<const char*, const char*>>{
           {"", "the kind is \"\"; write nightly, poisson or diurnal"},
           {"weekly", "the kind is \"weekly\""},
           {"poisson,often=1", "\"often\" is no setting; write per-day"},
           {"poisson,per-day=x", "per-day is \"x\"; write a number from"},
           {"poisson,per-day=1e7", "more than 2e+07 Jobs"},
           {"nightly,at=25:00", "at is \"25:00\"; write a time of day such as 01:00"},
           {"poisson,duration=soon", "duration is \"soon\"; write a length (45m)"},
           {"poisson,duration=lognormal:45m", "lognormal:MEDIAN:SIGMA"},
           {"poisson,duration=pareto:10m:0", "pareto:LEAST:ALPHA"},
           {"poisson,duration=0s", "duration is \"0s\""},
           {"poisson,longest=x", "longest is \"x\"; write a duration"},
           {"poisson,namespaces=0", "namespaces is \"0\""},
           {"poisson,vcpu=-1", "vcpu is \"-1\""}}) {
    const auto refused = synthetic(spec, month());
    ASSERT_FALSE(refused) << spec;
    EXPECT_THAT(refused.error().message, HasSubstr(told));
    EXPECT_THAT(refused.error().message, testing::StartsWith("--synthetic: "));
  }
}

}  // namespace
}  // namespace karbonetes::simulate
