#include "dashboard/job_board.hpp"

#include <gmock/gmock.h>

#include "dashboard/readings.hpp"
#include "jobs.hpp"

namespace karbonetes::dashboard {
namespace {

using testing::HasSubstr;

// Answers as the test says.
class ScriptedApi final : public kube::ListWatch {
 public:
  Result<std::string> list(const std::string&, std::stop_token) override {
    if (error) return fail(*error);
    return std::string("{}");
  }
  Status watch(const std::string&, Millis, std::stop_token,
               const std::function<bool(std::string_view)>& on_line) override {
    for (const auto& line : lines) {
      if (!on_line(line)) return {};
    }
    if (error) return fail(*error);
    return {};
  }
  std::optional<Error> error;
  std::vector<std::string> lines;
};

class JobBoardTest : public testing::Test {
 protected:
  JobBoardTest() {
    auto api = std::make_unique<ScriptedApi>();
    api_ = api.get();
    watched_ = board_.watched(std::move(api));
  }
  Status apply(const std::string& object, kube::Change change = kube::Change::Added) {
    json::Reader reader;
    return reader.each("{\"object\":" + object + "}",
                       [&](std::string_view, json::Value value) -> Status {
                         const auto version = board_.apply(change, value);
                         if (!version) return fail(version.error());
                         EXPECT_EQ(*version, "7");
                         return {};
                       });
  }
  void see(const JobText& job, kube::Change change = kube::Change::Added) {
    const Status applied = apply(text(job), change);
    ASSERT_TRUE(applied) << applied.error().message;
  }
  void answer(Errc code) { api_->error = Error{code, "what it said"}; }

  ManualClock clock_{at("2026-11-25T09:00:00Z")};
  int changes_ = 0;
  JobBoard board_{clock_, [this] { ++changes_; }};
  ScriptedApi* api_ = nullptr;
  std::unique_ptr<kube::ListWatch> watched_;
};

TEST_F(JobBoardTest, KeepsThoseThatConcernUs) {
  see(JobText{});
  JobText stranger = running("stranger");
  stranger.labels = stranger.annotations = "";
  see(stranger);
  ASSERT_EQ(board_.jobs().size(), 1U);
  EXPECT_EQ(board_.jobs().front().facts.name, "train");
  EXPECT_TRUE(board_.get("team-a/train"));
  EXPECT_EQ(changes_, 1) << "a Job that does not concern us is no news";
  see(JobText{}, kube::Change::Deleted);
  EXPECT_TRUE(board_.jobs().empty());
  EXPECT_EQ(changes_, 2);
}

TEST_F(JobBoardTest, NewListForgetsWhatItDoesNotHold) {
  board_.begin_replace();
  see(JobText{});
  see(running());
  EXPECT_FALSE(board_.listed());
  board_.end_replace();
  EXPECT_TRUE(board_.listed());
  board_.begin_replace();
  see(running());
  board_.end_replace();
  ASSERT_EQ(board_.jobs().size(), 1U);
  EXPECT_EQ(board_.jobs().front().facts.name, "runs");
}

TEST_F(JobBoardTest, UnreadableObjectIsAnErrorAndChangesNothing) {
  EXPECT_FALSE(apply(R"({"metadata":7})"));
  EXPECT_EQ(changes_, 0);
}

TEST_F(JobBoardTest, FailureIsAProblemSinceItsFirstTime) {
  answer(Errc::Unavailable);
  EXPECT_FALSE(watched_->list("/x", {}));
  clock_.advance(Seconds(30));
  EXPECT_FALSE(watched_->list("/x", {}));
  ASSERT_TRUE(board_.problem());
  EXPECT_EQ(board_.problem()->since, at("2026-11-25T09:00:00Z"));
  EXPECT_THAT(board_.problem()->text, HasSubstr("what it said"));
  api_->error.reset();
  EXPECT_TRUE(watched_->list("/x", {}));
  EXPECT_FALSE(board_.problem());
  EXPECT_EQ(changes_, 3);
}

TEST_F(JobBoardTest, LineOfAWatchEndsTheProblem) {
  answer(Errc::Unavailable);
  EXPECT_FALSE(watched_->watch("/x", Millis(1), {}, [](auto) { return true; }));
  EXPECT_TRUE(board_.problem());
  api_->lines = {"{}"};
  EXPECT_TRUE(watched_->watch("/x", Millis(1), {}, [](auto) { return false; }));
  EXPECT_FALSE(board_.problem());
}

TEST_F(JobBoardTest, WhatHappensInTheOrdinaryWayIsNoProblem) {
  for (const Errc code : {Errc::Cancelled, Errc::Gone, Errc::Invalid}) {
    answer(code);
    EXPECT_FALSE(watched_->list("/x", {}));
    EXPECT_FALSE(board_.problem()) << name(code);
  }
  answer(Errc::Timeout);
  EXPECT_FALSE(watched_->watch("/x", Millis(1), {}, [](auto) { return true; }));
  EXPECT_FALSE(board_.problem()) << "nothing happened for five minutes";
}

TEST_F(JobBoardTest, OtherAnswersShowThatTheServerIsBackAndNotThatARightIs) {
  answer(Errc::Unavailable);
  EXPECT_FALSE(watched_->list("/x", {}));
  board_.server_answered();
  EXPECT_FALSE(board_.problem());
  answer(Errc::Forbidden);
  EXPECT_FALSE(watched_->list("/x", {}));
  board_.server_answered();
  EXPECT_TRUE(board_.problem());
}

TEST(Books, ThoseThatCannotBeReadAreTold) {
  std::vector<std::string> notes;
  std::string asked;
  const auto books = read_books(
      [&](const std::string& path) -> Result<std::string> {
        asked = path;
        return std::string(
            R"({"items":[{"data":{"book.json":"{\"version\":1,\"day\":\"2026-11-24\",\"rows\":[]}"}},)"
            R"({"data":{"book.json":"{broken"}},{"data":{"book.json":7}},{"metadata":{}},3]})");
      },
      "sys", notes);
  EXPECT_EQ(asked,
            "/api/v1/namespaces/sys/configmaps?labelSelector=carbon-aware.io%2Fkept%3Dledger&limit="
            "500");
  ASSERT_TRUE(books);
  EXPECT_EQ(books->size(), 1U);
  EXPECT_EQ(notes.size(), 1U);
}

TEST(Books, WithoutTheRightThereAreNone) {
  std::vector<std::string> notes;
  EXPECT_FALSE(read_books(
      [](const std::string&) -> Result<std::string> { return fail(Errc::Forbidden, "no"); }, "sys",
      notes));
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_THAT(notes.front(), HasSubstr("only Jobs that still exist are counted"));
}

}  // namespace
}  // namespace karbonetes::dashboard
