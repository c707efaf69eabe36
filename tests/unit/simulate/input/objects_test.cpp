#include "simulate/input/objects.hpp"

#include <gmock/gmock.h>

#include <random>

#include "simulate/input/cronjob_expansion.hpp"

namespace karbonetes::simulate {
namespace {

using plan::ConcurrencyPolicy;
using std::chrono::hours;
using std::chrono::minutes;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

TimePoint at(const char* text) { return *parse_rfc3339(text); }
const TimePoint kFrom = at("2026-01-05T00:00:00Z");

ObjectsOptions options() {
  ObjectsOptions out;
  out.file = "jobs.yaml";
  out.from = kFrom;
  out.until = kFrom + hours(24 * 7);
  return out;
}
Workload read(std::string_view text, const ObjectsOptions& o = options()) {
  auto all = read_objects(text, o);
  EXPECT_TRUE(all) << all.error().message;
  return all ? std::move(*all) : Workload();
}

// As kubectl get jobs,cronjobs -A -o yaml prints them, shortened.
constexpr const char* kList = R"(apiVersion: v1
items:
- apiVersion: batch/v1
  kind: Job
  metadata:
    annotations:
      carbon-aware.io/enabled: "true"
      carbon-aware.io/max-delay: 6h
    creationTimestamp: "2026-01-05T08:00:00Z"
    name: train-17
    namespace: team-a
    uid: a
  spec:
    completions: 3
    parallelism: 2
    template:
      spec:
        containers:
        - name: main
          resources:
            requests: {cpu: 1500m, memory: 1Gi}
  status:
    conditions:
    - {lastTransitionTime: "2026-01-05T08:41:00Z", status: "True", type: Complete}
    completionTime: "2026-01-05T08:41:00Z"
    startTime: "2026-01-05T08:01:00Z"
- apiVersion: batch/v1
  kind: Job
  metadata:
    creationTimestamp: "2026-01-05T02:00:00Z"
    name: report-29461080
    namespace: team-b
    annotations:
      batch.kubernetes.io/cronjob-scheduled-timestamp: "2026-01-05T02:00:00Z"
    ownerReferences:
    - {apiVersion: batch/v1, kind: CronJob, name: report, controller: true, uid: c}
    uid: b
  spec:
    template: {spec: {containers: [{name: main}]}}
  status:
    conditions:
    - {lastTransitionTime: "2026-01-05T02:30:00Z", status: "True", type: Complete}
    completionTime: "2026-01-05T02:30:00Z"
    startTime: "2026-01-05T02:00:00Z"
- apiVersion: batch/v1
  kind: CronJob
  metadata:
    name: report
    namespace: team-b
  spec:
    concurrencyPolicy: Forbid
    schedule: 0 2 * * *
    timeZone: Europe/Berlin
    jobTemplate:
      spec:
        template:
          spec:
            containers:
            - name: main
              resources: {limits: {cpu: "2"}}
- apiVersion: v1
  kind: Secret
  metadata: {name: x, namespace: team-b}
kind: List
metadata:
  resourceVersion: ""
)";

TEST(Objects, JobsAndCronJobsOfACluster) {
  const Workload all = read(kList);
  ASSERT_THAT(all.jobs, SizeIs(1 + 7)) << "a Job, and a tick on each day";
  const Job& train = all.jobs[1];
  EXPECT_EQ(train.arrival, at("2026-01-05T08:00:00Z"));
  EXPECT_EQ(train.duration, minutes(40)) << "of its run, not of its wait";
  EXPECT_EQ(train.delay_cap, hours(6));
  EXPECT_FLOAT_EQ(train.vcpu, 3) << "two pods at a time";
  EXPECT_EQ(all.series.at(train.series), "team-a/train");
  const Job& report = all.jobs[0];
  EXPECT_EQ(report.arrival, at("2026-01-05T01:00:00Z")) << "two o'clock in Berlin";
  EXPECT_EQ(report.duration, minutes(30)) << "as its child ran";
  EXPECT_EQ(report.delay_cap, hours(24) - minutes(30)) << "done before the next tick";
  EXPECT_FLOAT_EQ(report.vcpu, 2) << "a missing request is the limit";
  EXPECT_EQ(all.namespaces.at(report.ns), "team-b");
  EXPECT_THAT(all.notes, Contains(HasSubstr("1 objects of kind \"Secret\" are not used")));
  EXPECT_THAT(all.notes, Contains(HasSubstr("1 Jobs of CronJobs in the file tell how long")));
}

TEST(Objects, JsonIsReadAsWell) {
  const Workload all = read(
      R"({"kind":"JobList","items":[{"metadata":{"name":"a","namespace":"n",
          "creationTimestamp":"2026-01-06T00:00:00Z"},"spec":{"template":{"spec":{"containers":[]}}}}]})");
  ASSERT_THAT(all.jobs, SizeIs(1));
  EXPECT_EQ(all.jobs[0].duration, hours(1));
  EXPECT_THAT(all.notes, Contains(HasSubstr("1h is assumed; see --assumed-duration")));
}

TEST(Objects, OnlyThoseThatOptedIn) {
  ObjectsOptions o = options();
  o.only_opted_in = true;
  const Workload all = read(kList, o);
  EXPECT_THAT(all.jobs, SizeIs(1));
  EXPECT_THAT(all.notes, Contains(HasSubstr("1 Jobs or CronJobs have not opted in")));
}

TEST(Objects, JobsOfAnotherTimeAreAlignedOnDemand) {
  ObjectsOptions o = options();
  o.from = at("2024-01-01T00:00:00Z");  // a Monday, as the Job's day is
  o.until = at("2024-01-08T00:00:00Z");
  o.align = true;
  const Workload all = read(kList, o);
  EXPECT_THAT(all.jobs, SizeIs(8));
  EXPECT_THAT(all.jobs, Contains(testing::Field(&Job::arrival, at("2024-01-01T08:00:00Z"))));
  o.align = false;
  EXPECT_THAT(read(kList, o).notes, Contains(HasSubstr("--align moves them")));
}

TEST(Objects, SuspendedCronJobsMakeNone) {
  const auto none = read_objects(
      "kind: CronJob\nmetadata: {name: a}\nspec: {suspend: true, schedule: '@daily', jobTemplate: "
      "{spec: {template: {spec: {containers: []}}}}}\n",
      options());
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("1 CronJobs are suspended and make no Jobs"));
}

struct Malformed {
  const char* text;
  const char* told;
};
class MalformedObjects : public testing::TestWithParam<Malformed> {};
TEST_P(MalformedObjects, SaysWhereAndWhatToWriteInstead) {
  const auto refused = read_objects(GetParam().text, options());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, testing::StartsWith("jobs.yaml"));
  EXPECT_THAT(refused.error().message, HasSubstr(GetParam().told));
}
constexpr Malformed kMalformed[] = {
    {"", "is empty; give what kubectl get jobs,cronjobs -o yaml printed"},
    {"kind: List\n", "document 1 is a \"List\" without items"},
    {"a: 1\n", "document 1 has no kind; give what kubectl"},
    {"just text\n", "document 1 has no kind"},
    {"kind: List\nitems: [1]\n", "an item is not an object"},
    {"kind: List\nitems: [\n", "jobs.yaml:3: "},
    {"kind: List\nkind: List\n", "jobs.yaml:2: the key \"kind\" comes twice"},
    {"{\"kind\": \"List\"", "jobs.yaml: "},
    {"kind: Job\n", "a Job has no metadata.name"},
    {"kind: CronJob\nmetadata: {name: a}\n",
     "CronJob \"default/a\": spec.jobTemplate is not an object"},
    {"kind: CronJob\nmetadata: {name: a, namespace: b}\nspec: {schedule: 'soon', jobTemplate: "
     "{spec: "
     "{template: {spec: {containers: []}}}}}\n",
     "CronJob \"b/a\": "},
    {"kind: CronJob\nmetadata: {name: a}\nspec: {schedule: '@daily', timeZone: Mars, jobTemplate: "
     "{spec: {template: {spec: {containers: []}}}}}\n",
     "CronJob \"default/a\": "},
    {"kind: Job\nmetadata: {name: a, creationTimestamp: '2026-01-06T00:00:00Z'}\nspec: {template: "
     "{spec: {containers: [{resources: {requests: {cpu: lots}}}]}}}\n",
     "Job \"default/a\": "},
    {"kind: Job\nmetadata: {name: a}\nspec: []\n", "Job \"default/a\": "},
    {"kind: Pod\nmetadata: {name: a}\n", "no Job and no CronJob"},
};
INSTANTIATE_TEST_SUITE_P(All, MalformedObjects, testing::ValuesIn(kMalformed));

TEST(Objects, SurviveEveryTruncationAndAnyBytes) {
  const std::string sample = kList;
  std::mt19937 random(3);
  for (std::size_t n = 0; n < sample.size(); n += 7)
    (void)read_objects(sample.substr(0, n), options());
  for (int i = 0; i < 300; ++i) {
    std::string text = sample;
    for (int k = 0; k < 5; ++k) text[random() % text.size()] = static_cast<char>(random());
    (void)read_objects(text, options());
  }
}

std::vector<CronTick> ticks(const char* schedule, ConcurrencyPolicy concurrency, Millis duration,
                            TimePoint from, TimePoint until, const char* zone = "") {
  plan::CronFacts cron{concurrency, schedule, zone};
  auto all = expand(cron, duration, from, until, 1'000);
  EXPECT_TRUE(all);
  return *all;
}

TEST(CronJobExpansion, ThePeriodBelongsToItsBeginNotToItsEnd) {
  const auto all =
      ticks("0 * * * *", ConcurrencyPolicy::Allow, minutes(5), kFrom, kFrom + hours(3));
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[0].at, kFrom);
  EXPECT_EQ(all[0].delay_cap, Millis(-1)) << "Allow: children may pile up";
}

TEST(CronJobExpansion, ForbidSkipsTicksWhileOneRuns) {
  const auto all =
      ticks("0 * * * *", ConcurrencyPolicy::Forbid, minutes(90), kFrom, kFrom + hours(6));
  std::vector<Millis> starts;
  for (const auto& tick : all) {
    starts.push_back(tick.at - kFrom);
    EXPECT_EQ(tick.delay_cap, Millis(0)) << "longer than the interval: no waiting";
  }
  EXPECT_THAT(starts, ElementsAre(hours(0), hours(2), hours(4)));
}

TEST(CronJobExpansion, ReplaceEndsTheRunBefore) {
  const auto all =
      ticks("0 * * * *", ConcurrencyPolicy::Replace, minutes(90), kFrom, kFrom + hours(2));
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].duration, hours(1));
  EXPECT_EQ(all[1].duration, hours(1)) << "by the tick after the period";
}

TEST(CronJobExpansion, LeavesRoomBeforeTheNextTick) {
  const auto all =
      ticks("0 */6 * * *", ConcurrencyPolicy::Forbid, hours(1), kFrom, kFrom + hours(12));
  ASSERT_THAT(all, SizeIs(2));
  EXPECT_EQ(all[0].delay_cap, hours(5));
}

// 29 March 2026, Berlin: 02:30 does not exist; that night has no tick.
TEST(CronJobExpansion, DaylightSavingAsInTheCronJobController) {
  const auto all = ticks("30 2 * * *", ConcurrencyPolicy::Allow, minutes(5),
                         at("2026-03-27T23:00:00Z"), at("2026-03-31T22:00:00Z"), "Europe/Berlin");
  std::vector<std::string> starts;
  for (const auto& tick : all) starts.push_back(format_rfc3339(tick.at));
  EXPECT_THAT(starts,
              ElementsAre("2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z", "2026-03-31T00:30:00Z"));
}

TEST(CronJobExpansion, IsBounded) {
  const auto refused = expand({ConcurrencyPolicy::Allow, "@every 1s", ""}, minutes(1), kFrom,
                              kFrom + hours(24 * 365), 1'000);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("more than 1000 times in the period"));
}

}  // namespace
}  // namespace karbonetes::simulate
