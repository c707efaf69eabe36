#include "kube/runtime/watch_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "recording_sink.hpp"

namespace karbonetes::kube {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = WatchInput::Kind;

class WatchReaderTest : public ::testing::Test {
 protected:
  Kind kind_of(const std::string& line) {
    const auto input = reader_.line(line);
    return input ? input->kind : Kind::Started;
  }
  RecordingSink sink_;
  WatchReader reader_{sink_};
};

TEST_F(WatchReaderTest, ObjectsGoToTheSink) {
  const auto added =
      reader_.line(R"({"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"5"}}})");
  ASSERT_TRUE(added);
  EXPECT_EQ(added->kind, Kind::ObjectSeen);
  EXPECT_EQ(added->resource_version, "5");
  (void)reader_.line(
      R"({"type":"MODIFIED","object":{"metadata":{"name":"a","resourceVersion":"6"}}})");
  (void)reader_.line(
      R"({"type":"DELETED","object":{"metadata":{"name":"a","resourceVersion":"7"}}})");
  EXPECT_THAT(sink_.lines(), ElementsAre("added a@5", "modified a@6", "deleted a@7"));
}

TEST_F(WatchReaderTest, TypeMayComeAfterTheObject) {
  const auto late = reader_.line(
      R"({"object": {"metadata": {"name": "a", "resourceVersion": "5"}} , "type": "DELETED"})");
  ASSERT_TRUE(late);
  EXPECT_EQ(late->resource_version, "5");
  EXPECT_THAT(sink_.lines(), ElementsAre("deleted a@5"));
  EXPECT_EQ(kind_of(R"({"object":{"code":410},"type":"ERROR"})"), Kind::Gone);
}

TEST_F(WatchReaderTest, Bookmarks) {
  const auto plain = reader_.line(
      R"({"type":"BOOKMARK","object":{"kind":"Job","metadata":{"resourceVersion":"9","annotations":null},"spec":{}}})");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->kind, Kind::Bookmark);
  EXPECT_EQ(plain->resource_version, "9");
  const auto end = reader_.line(
      R"({"type":"BOOKMARK","object":{"metadata":{"annotations":{"k8s.io/initial-events-end":"true"},"resourceVersion":"10"}}})");
  ASSERT_TRUE(end);
  EXPECT_EQ(end->kind, Kind::InitialEventsEnd);
  EXPECT_EQ(end->resource_version, "10");
  EXPECT_EQ(
      kind_of(
          R"({"type":"BOOKMARK","object":{"metadata":{"annotations":{"k8s.io/initial-events-end":"false"}}}})"),
      Kind::Bookmark);
  EXPECT_TRUE(sink_.lines().empty());
}

TEST_F(WatchReaderTest, ErrorsOfTheServer) {
  const std::vector<std::pair<std::string, Kind>> cases = {
      {R"({"kind":"Status","code":410,"reason":"Expired","message":"too old resource version"})",
       Kind::Gone},
      {R"({"reason":"Expired"})", Kind::Gone},
      {R"({"code":504,"reason":"Timeout","message":"Too large resource version: 9, current: 5"})",
       Kind::Gone},
      {R"({"code":422,"reason":"Invalid"})", Kind::StreamingRefused},
      {R"({"code":500,"reason":"InternalError"})", Kind::Failed},
      {R"({"code":"410"})", Kind::Failed},
      {R"({})", Kind::Failed},
      {R"(null)", Kind::Failed},
  };
  for (const auto& [object, kind] : cases)
    EXPECT_EQ(kind_of(R"({"type":"ERROR","object":)" + object + "}"), kind) << object;

  const auto busy = reader_.line(
      R"({"type":"ERROR","object":{"code":429,"details":{"retryAfterSeconds":7},"message":"slow"}})");
  ASSERT_TRUE(busy);
  EXPECT_EQ(busy->retry_after, Millis{7000});
  EXPECT_THAT(reader_.last_problem(), HasSubstr("slow"));
}

TEST_F(WatchReaderTest, UnreadableObjectsAreCountedAndReadingGoesOn) {
  const auto bad = reader_.line(
      R"({"type":"ADDED","object":{"metadata":{"name":"bad","resourceVersion":"5"}}})");
  ASSERT_TRUE(bad);
  EXPECT_EQ(bad->kind, Kind::ObjectSeen);
  EXPECT_EQ(bad->resource_version, "");
  EXPECT_EQ(reader_.unreadable(), 1U);
  EXPECT_EQ(reader_.last_problem(), "bad object");
  EXPECT_EQ(kind_of(R"({"type":"ADDED","object":{"metadata":{"name":"throws"}}})"),
            Kind::ObjectSeen);
  EXPECT_EQ(reader_.unreadable(), 2U);
  EXPECT_EQ(kind_of(R"({"type":"ADDED","object":{"metadata":{"name":7}}})"), Kind::ObjectSeen);
  EXPECT_EQ(kind_of(R"({"type":"ADDED","object":null})"), Kind::ObjectSeen);
  EXPECT_EQ(reader_.unreadable(), 4U);
  EXPECT_EQ(kind_of(R"({"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"6"}}})"),
            Kind::ObjectSeen);
  EXPECT_THAT(sink_.lines(), ElementsAre("added a@6"));
}

TEST_F(WatchReaderTest, LinesThatAreNoJsonAreFailures) {
  for (const std::string line : {"x", "{", "[]", R"({"object":{}})", R"({"type":7,"object":{}})",
                                 R"({"type":"ADDED","object":{"metadata":{"name":"a")",
                                 R"({"type":"BOOKMARK","object":{"metadata":{)",
                                 R"({"type":"ADDED","object":{}} trailing)"}) {
    EXPECT_EQ(kind_of(line), Kind::Failed) << line;
  }
  EXPECT_EQ(kind_of(R"({"type":"ADDED","object":{"metadata":{"name":"a","resourceVersion":"6"}}})"),
            Kind::ObjectSeen);
}

TEST_F(WatchReaderTest, EmptyLinesAndTypesOfTheFutureAreIgnored) {
  EXPECT_FALSE(reader_.line(""));
  EXPECT_FALSE(reader_.line(" \r\n"));
  EXPECT_FALSE(reader_.line(R"({"type":"PROGRESS","object":{}})"));
}

TEST_F(WatchReaderTest, PageInEitherOrder) {
  const std::string items =
      R"("items":[{"metadata":{"name":"a","resourceVersion":"1"}},{"metadata":{"name":"bad"}},
                                       {"metadata":{"name":"b","resourceVersion":"2"}}])";
  const std::string metadata =
      R"("metadata":{"resourceVersion":"9","continue":"tok","remainingItemCount":4})";
  for (const std::string& page : {"{\"kind\":\"JobList\"," + metadata + "," + items + "}",
                                  "{" + items + "," + metadata + "}"}) {
    const WatchInput input = reader_.page(page);
    EXPECT_EQ(input.kind, Kind::PageRead);
    EXPECT_EQ(input.resource_version, "9");
    EXPECT_EQ(input.continue_token, "tok");
  }
  EXPECT_EQ(reader_.unreadable(), 2U);
  EXPECT_THAT(sink_.lines(), ElementsAre("added a@1", "added b@2", "added a@1", "added b@2"));
}

TEST_F(WatchReaderTest, EmptyPages) {
  EXPECT_EQ(reader_.page(R"({"metadata":{"resourceVersion":"9"},"items":[]})").kind,
            Kind::PageRead);
  EXPECT_EQ(reader_.page(R"({"metadata":{"resourceVersion":"9"},"items":null})").kind,
            Kind::PageRead);
}

TEST_F(WatchReaderTest, AnswersThatAreNoListAreFailures) {
  for (const std::string page :
       {"", "<html>", R"({"kind":"Status","metadata":{"resourceVersion":"9"}})", R"({"items":{}})",
        R"({"items":[{"metadata":)"}) {
    EXPECT_EQ(reader_.page(page).kind, Kind::Failed) << page;
  }
}

TEST(InputFor, MapsClientErrors) {
  EXPECT_EQ(input_for({Errc::Gone, "x"}).kind, Kind::Gone);
  EXPECT_EQ(input_for({Errc::Invalid, "x"}).kind, Kind::StreamingRefused);
  EXPECT_EQ(input_for({Errc::InvalidArgument, "x"}).kind, Kind::StreamingRefused);
  EXPECT_EQ(input_for({Errc::Unavailable, "x"}).kind, Kind::Failed);
  EXPECT_EQ(input_for({Errc::Timeout, "Too large resource version: 5"}).kind, Kind::Gone);
  EXPECT_EQ(input_for({Errc::TooManyRequests, "x", Millis{9}}).retry_after, Millis{9});
}

}  // namespace
}  // namespace karbonetes::kube
