#include "controller/job_store.hpp"

#include <gmock/gmock.h>

#include <map>
#include <random>

#include "../placement/job_text.hpp"

namespace karbonetes::controller {
namespace {

using placement::JobFacts;
using placement::JobState;
using test::at;
using ::testing::ElementsAre;
using ::testing::UnorderedElementsAre;

// Every field, as text: two Jobs with the same text are the same to everybody.
std::string shown(const JobFacts& j) {
  std::ostringstream out;
  const auto instant = [](const std::optional<TimePoint>& t) {
    return t ? std::to_string(t->time_since_epoch().count()) : std::string("-");
  };
  const auto span = [](const std::optional<Millis>& d) {
    return d ? std::to_string(d->count()) : std::string("-");
  };
  out << j.ns << '|' << j.name << '|' << j.uid << '|' << j.resource_version << '|'
      << instant(j.created) << '|' << name(j.state) << '|' << j.overrides.policy.value_or("-")
      << '|' << span(j.overrides.max_delay) << '|' << j.overrides.strict.value_or(false)
      << j.overrides.strict.has_value() << '|' << span(j.overrides.expected_duration) << '|'
      << j.overrides.run_now << '|' << instant(j.deadline) << '|' << instant(j.waiting_since) << '|'
      << instant(j.released_at) << '|' << j.cronjob << '|' << instant(j.scheduled_at) << '|'
      << j.opted_in << j.suspend << j.started << j.finished << j.deleting << j.queued_by_kueue
      << j.foreign_manager << j.has_labels << j.has_annotations << j.accounted << j.complete
      << j.indexed << j.abridged << j.pod.has_metadata << '|' << j.kueue_gates << '|'
      << j.generate_name << '|' << (j.note ? placement::encode_note(*j.note) : "-") << '|'
      << (j.note ? instant(j.note->start) : "") << '|' << instant(j.started_at) << '|'
      << instant(j.finished_at) << '|' << j.pods << '|' << j.requests.vcpu << '|'
      << j.requests.memory_gib << '|' << j.pod.affinity << '|' << j.pod.tolerations << '|'
      << j.pod.node_selector << '|' << j.pod.annotations << '|';
  for (const auto& [model, count] : j.requests.gpus) out << model << '=' << count << ',';
  if (const auto& green = j.overrides.green) {
    out << '|' << green->index();
    if (const auto* absolute = std::get_if<carbon::AbsoluteThreshold>(&*green)) {
      std::visit([&](const auto& i) { out << ' ' << i.grams_per_kwh; }, absolute->below);
    }
    if (const auto* part = std::get_if<carbon::PercentileThreshold>(&*green)) {
      out << ' ' << part->percent << ' ' << part->horizon.count();
    }
  }
  return out.str();
}

// A Job with whatever values: few of each, so that Jobs share kinds and differ in one field alone.
class AnyJob {
 public:
  explicit AnyJob(unsigned seed) : random_(seed) {}

  JobFacts operator()(const std::string& job_name) {
    JobFacts j;
    j.ns = "team-" + std::to_string(pick(3));
    j.name = job_name;
    j.uid = pick(4) == 0 ? "no-uuid-" + std::to_string(pick(9)) : uuid();
    static const char* const kVersions[] = {"0",      "007", "", "18446744073709551615",
                                            "opaque", "4711"};
    j.resource_version = kVersions[pick(6)];
    j.created = instant();
    j.state = static_cast<JobState>(pick(6));
    if (flag()) j.overrides.policy = "p" + std::to_string(pick(2));
    if (flag()) j.overrides.max_delay = Millis(pick(3));
    if (flag()) j.overrides.strict = flag();
    if (flag()) j.overrides.expected_duration = Millis(pick(3));
    if (pick(4) == 0) j.overrides.green = green();
    j.overrides.run_now = flag();
    for (auto* field : {&j.deadline, &j.waiting_since, &j.released_at, &j.scheduled_at,
                        &j.started_at, &j.finished_at}) {
      if (flag()) *field = instant();
    }
    j.cronjob = flag() ? "nightly" : "";
    for (bool* field : {&j.opted_in, &j.suspend, &j.started, &j.finished, &j.deleting,
                        &j.queued_by_kueue, &j.foreign_manager, &j.has_labels, &j.has_annotations,
                        &j.accounted, &j.complete, &j.indexed, &j.abridged, &j.pod.has_metadata})
      *field = pick(8) == 0;
    j.kueue_gates = flag() ? "a,b" : "";
    j.generate_name = flag() ? "gen-" : "";
    if (flag()) {
      placement::PlanNote note;
      note.policy = "team-a/default";
      note.generation = pick(3);
      note.zone = flag() ? "DE" : "";
      if (flag()) note.start = instant();
      if (flag()) note.duration = Millis(pick(2) * 1000);
      j.note = note;
    }
    j.pods = pick(3);
    j.requests.vcpu = pick(3) * 0.1;
    j.requests.memory_gib = pick(3);
    if (pick(5) == 0) j.requests.gpus["T4"] = pick(3);
    j.pod.affinity = pick(6) == 0 ? R"({"nodeAffinity":{}})" : "";
    j.pod.tolerations = pick(6) == 0 ? "[]" : "";
    return j;
  }
  int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }

 private:
  bool flag() { return pick(2) == 1; }
  TimePoint instant() {
    if (pick(50) == 0) return TimePoint::max();
    if (pick(50) == 0) return TimePoint::min();
    return TimePoint(Millis(1'700'000'000'000 + pick(100'000'000)));
  }
  carbon::GreenRule green() {
    if (flag()) return carbon::PercentileThreshold{10.0 + pick(3)};
    if (flag())
      return carbon::AbsoluteThreshold{carbon::Intensity<carbon::Average>{100.0 + pick(2)}};
    return carbon::AbsoluteThreshold{carbon::Intensity<carbon::Marginal>{100.0 + pick(2)}};
  }
  std::string uuid() {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out = "00000000-0000-0000-0000-000000000000";
    for (char& c : out) {
      if (c != '-') c = kDigits[static_cast<std::size_t>(pick(16))];
    }
    return out;
  }
  std::mt19937 random_;
};

TEST(JobStore, GivesBackEveryFieldOfWhatItWasGiven) {
  AnyJob any(1);
  JobStore store;
  std::map<std::string, std::string> expected;
  for (int i = 0; i < 5'000; ++i) {
    const auto job = any("job-" + std::to_string(any.pick(800)));
    store.upsert(job.key(), job);
    expected[job.key()] = shown(job);
    if (i % 7 != 0) continue;
    const auto gone =
        "team-" + std::to_string(any.pick(3)) + "/job-" + std::to_string(any.pick(800));
    store.erase(gone);
    expected.erase(gone);
  }
  ASSERT_EQ(store.size(), expected.size());
  for (const auto& [key, text] : expected) {
    const auto job = store.get(key);
    ASSERT_TRUE(job) << key;
    EXPECT_EQ(shown(*job), text);
  }
  // Nothing is left of kinds that nobody is of.
  for (const auto& [key, text] : expected) store.erase(key);
  EXPECT_EQ(store.size(), 0U);
  EXPECT_EQ(store.kinds(), 0U);
}

TEST(JobStore, JobsThatDifferInWhatIsTheirOwnShareAKind) {
  JobStore store;
  AnyJob any(2);
  const auto model = any("model");
  for (int i = 0; i < 100; ++i) {
    auto job = model;
    job.name = "job-" + std::to_string(i);
    job.uid = "uid-" + std::to_string(i);
    job.resource_version = std::to_string(i);
    job.created += Millis(i);
    job.deadline = at("2026-11-24T12:00:00Z") + Millis(i);
    if (job.note) job.note->start = job.deadline;
    store.upsert(job.key(), job);
  }
  EXPECT_EQ(store.size(), 100U);
  EXPECT_EQ(store.kinds(), 1U);
}

TEST(JobStore, AReplaceForgetsWhatIsNotInItAndTellsTheListener) {
  JobStore store;
  std::vector<std::string> told;
  store.set_listener([&](const std::string& key) { told.push_back(key); });
  AnyJob any(3);
  const auto put = [&](const std::string& job_name) {
    auto job = any(job_name);
    job.ns = "n";
    store.upsert(job.key(), job);
  };
  store.begin_replace();
  put("a");
  put("b");
  store.end_replace();
  told.clear();
  store.begin_replace();
  put("b");
  put("c");
  EXPECT_TRUE(store.get("n/a"));  // until the end
  store.end_replace();
  EXPECT_FALSE(store.get("n/a"));
  EXPECT_TRUE(store.get("n/b"));
  EXPECT_TRUE(store.get("n/c"));
  EXPECT_THAT(told, ElementsAre("n/b", "n/c", "n/a"));
}

TEST(JobStore, GoesThroughItsJobsByDeadlineThoseWithoutFirst) {
  JobStore store;
  AnyJob any(4);
  const auto put = [&](const std::string& job_name, std::optional<TimePoint> deadline) {
    auto job = any(job_name);
    job.ns = "n";
    job.deadline = deadline;
    store.upsert(job.key(), job);
  };
  put("late", at("2026-11-24T14:00:00Z"));
  put("none", std::nullopt);
  put("early", at("2026-11-24T12:00:00Z"));
  std::vector<std::string> keys;
  store.for_each_by_deadline([&](const std::string& key) { keys.push_back(key); });
  EXPECT_THAT(keys, ElementsAre("n/none", "n/early", "n/late"));
  keys.clear();
  store.for_each([&](const StoredJob& job) { keys.push_back(job.key()); });
  EXPECT_THAT(keys, UnorderedElementsAre("n/none", "n/early", "n/late"));
}

TEST(JobStore, UnknownKeysAreNotThere) {
  JobStore store;
  EXPECT_FALSE(store.get("n/a"));
  EXPECT_FALSE(store.get("no-slash"));
  EXPECT_FALSE(store.get(""));
  store.erase("n/a");
  EXPECT_EQ(store.size(), 0U);
}

}  // namespace
}  // namespace karbonetes::controller
