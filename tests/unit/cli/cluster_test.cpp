#include "cli/cluster.hpp"

#include <gmock/gmock.h>

#include "fixtures.hpp"

namespace karbonetes::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Answers in order, and what was asked for.
struct Script {
  std::vector<Result<std::string>> answers;
  std::vector<std::string> asked;

  Fetch fetch() {
    return [this](const std::string& path) -> Result<std::string> {
      asked.push_back(path);
      if (asked.size() > answers.size()) return fail(Errc::Internal, "asked too often");
      return answers[asked.size() - 1];
    };
  }
};

std::string page(const std::string& items, std::string_view token = "") {
  return fmt::format(
      R"({{"kind":"List","metadata":{{"resourceVersion":"1","continue":"{}"}},"items":[{}]}})",
      token, items);
}

TEST(ListJobs, FollowsPagesAndKeepsThoseOfConcern) {
  Script script{
      {page(waiting_json("a") + "," + job_json("plain", "", ""), "t/1"), page(waiting_json("b"))},
      {}};
  const auto jobs = list_jobs(script.fetch(), "", "app=x");
  ASSERT_TRUE(jobs) << jobs.error().message;
  ASSERT_EQ(jobs->size(), 2u);
  EXPECT_EQ((*jobs)[0].facts.name, "a");
  EXPECT_EQ((*jobs)[1].facts.name, "b");
  EXPECT_THAT(script.asked,
              ElementsAre("/apis/batch/v1/jobs?limit=500&labelSelector=app%3Dx",
                          "/apis/batch/v1/jobs?limit=500&labelSelector=app%3Dx&continue=t%2F1"));
}

TEST(ListJobs, OfOneNamespace) {
  Script script{{page("")}, {}};
  ASSERT_TRUE(list_jobs(script.fetch(), "team-a", ""));
  EXPECT_THAT(script.asked, ElementsAre("/apis/batch/v1/namespaces/team-a/jobs?limit=500"));
}

TEST(ListJobs, ExpiredTokenStartsAnewOnce) {
  const Result<std::string> gone = fail(Errc::Gone, "expired");
  Script script{
      {page(waiting_json("a"), "t"), gone, page(waiting_json("a"), "u"), page(waiting_json("b"))},
      {}};
  const auto jobs = list_jobs(script.fetch(), "", "");
  ASSERT_TRUE(jobs);
  EXPECT_EQ(jobs->size(), 2u);
  Script twice{{page("", "t"), gone, page("", "u"), gone}, {}};
  EXPECT_EQ(list_jobs(twice.fetch(), "", "").error().code, Errc::Gone);
}

TEST(ListJobs, TokenThatNeverEndsIsAnError) {
  const Fetch fetch = [](const std::string&) -> Result<std::string> { return page("", "same"); };
  EXPECT_FALSE(list_jobs(fetch, "", ""));
}

TEST(ListJobs, ErrorsAreTold) {
  Script script{{fail(Errc::Forbidden, "jobs is forbidden")}, {}};
  const auto jobs = list_jobs(script.fetch(), "", "");
  ASSERT_FALSE(jobs);
  EXPECT_EQ(jobs.error().code, Errc::Forbidden);
  EXPECT_THAT(jobs.error().message, HasSubstr("cannot list jobs: jobs is forbidden"));
  for (const char* body : {"", "<html>", "[]", R"({"items":5})", R"({"items":[5]})",
                           R"({"items":[{"metadata":5}]})", R"({"items":[)"}) {
    Script broken{{std::string(body)}, {}};
    const auto listed = list_jobs(broken.fetch(), "", "");
    ASSERT_FALSE(listed) << body;
    EXPECT_EQ(listed.error().code, Errc::Parse) << body;
  }
}

TEST(ListPolicies, ReadsEachNamespaceAndNotesWhatFails) {
  Script script{{page(policy_json("team-a", "default", R"("maxDelay":"6h")")),
                 fail(Errc::Forbidden, "no right")},
                {}};
  std::vector<std::string> notes;
  const auto set = list_policies(script.fetch(), {"team-a", "karbonetes-system"}, notes);
  EXPECT_EQ(set.by_key.count("team-a/default"), 1u);
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_THAT(notes[0], HasSubstr("karbonetes-system"));
  EXPECT_THAT(notes[0], HasSubstr("no right"));
  EXPECT_THAT(script.asked[0],
              HasSubstr("/apis/carbon-aware.io/v1alpha1/namespaces/team-a/carbonawarepolicies?"));
}

TEST(ListPolicies, MissingKindIsSaidOnce) {
  Script script{{fail(Errc::NotFound, "404"), fail(Errc::NotFound, "404")}, {}};
  std::vector<std::string> notes;
  EXPECT_TRUE(list_policies(script.fetch(), {"a", "b"}, notes).by_key.empty());
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_THAT(notes[0], HasSubstr("not installed"));
}

TEST(ListPolicies, OneThatCannotBeReadDoesNotHideTheOthers) {
  Script script{{page(policy_json("a", "bad", R"("maxDelay":"soon","placement":{"strict":true})") +
                      "," + policy_json("a", "good", R"("maxDelay":"6h")"))},
                {}};
  std::vector<std::string> notes;
  const auto set = list_policies(script.fetch(), {}, notes);
  EXPECT_EQ(set.by_key.count("a/good"), 1u);
  EXPECT_EQ(set.by_key.count("a/bad"), 0u);
  EXPECT_EQ(notes.size(), 1u);
}

TEST(GetJob, ReadsOneAndTellsWhenItIsNotThere) {
  Script script{{waiting_json("train"), fail(Errc::NotFound, "jobs.batch \"x\" not found")}, {}};
  const auto fetch = script.fetch();
  const auto found = get_job(fetch, "team-a", "train");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->decision, "not green until 22:00");
  EXPECT_EQ(found->facts.deadline, at("2026-11-24T18:00:00Z"));
  const auto missing = get_job(fetch, "team-a", "x");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "job \"x\" is not in namespace \"team-a\"");
}

TEST(GetCronJob, ReadsFactsOrNotes) {
  Script script{
      {R"({"metadata":{"name":"h","namespace":"team-a"},)"
       R"("spec":{"schedule":"0 * * * *","timeZone":"Europe/Berlin","concurrencyPolicy":"Replace"}})",
       fail(Errc::NotFound, "gone")},
      {}};
  const auto fetch = script.fetch();
  std::vector<std::string> notes;
  const auto facts = get_cronjob(fetch, "team-a", "h", notes);
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->schedule, "0 * * * *");
  EXPECT_EQ(facts->time_zone, "Europe/Berlin");
  EXPECT_EQ(facts->concurrency, plan::ConcurrencyPolicy::Replace);
  EXPECT_TRUE(notes.empty());
  EXPECT_EQ(get_cronjob(fetch, "team-a", "h", notes), std::nullopt);
  EXPECT_EQ(notes.size(), 1u);
}

}  // namespace
}  // namespace karbonetes::cli
