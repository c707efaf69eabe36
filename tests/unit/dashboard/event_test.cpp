#include "dashboard/event.hpp"

#include <gtest/gtest.h>

#include "dashboard/broadcaster.hpp"
#include "dashboard/model.hpp"
#include "json/document.hpp"

namespace karbonetes::dashboard {
namespace {

TEST(Event, HasIdNameAndData) {
  EXPECT_EQ(event_bytes("r-1", "model", R"({"a":1})"),
            "id: r-1\nevent: model\ndata: {\"a\":1}\n\n");
  EXPECT_EQ(event_bytes("", "x", ""), "id: \nevent: x\ndata: \n\n");
  EXPECT_EQ(retry_bytes(2000), "retry: 2000\n\n");
  EXPECT_EQ(heartbeat_bytes(), ":\n\n");
}

// Whatever ends a line for a browser starts a data line here: nothing in the data is taken for a
// field, nor for the end of the event.
TEST(Event, DataCannotEndItOrForgeAnother) {
  EXPECT_EQ(event_bytes("1", "e", "a\n\nevent: evil\ndata: x"),
            "id: 1\nevent: e\ndata: a\ndata: \ndata: event: evil\ndata: data: x\n\n");
  EXPECT_EQ(event_bytes("1", "e", "a\rid: 9"), "id: 1\nevent: e\ndata: a\ndata: id: 9\n\n");
  EXPECT_EQ(event_bytes("1", "e", "a\r\nb\r"), "id: 1\nevent: e\ndata: a\ndata: b\ndata: \n\n");
  EXPECT_EQ(event_bytes("1\ndata: x", "e\r\nid: 2", "a"), "id: 1\nevent: e\ndata: a\n\n");
}

Model model(std::map<std::string, std::string, std::less<>> jobs) {
  Model out;
  out.sections["notes"] = "[]";
  out.jobs = std::move(jobs);
  return out;
}

TEST(ModelText, IsOneJsonObject) {
  Model made = model({{"a/x", R"({"n":1})"}, {"a/\"y\n<", "{}"}});
  const auto parsed = json::parse(whole(made));
  ASSERT_TRUE(parsed) << whole(made);
  EXPECT_EQ(parsed->at("notes").size(), 0U);
  EXPECT_EQ(parsed->at("jobs").at("a/x").at("n"), 1);
  EXPECT_TRUE(parsed->at("jobs").contains("a/\"y\n<"));
  EXPECT_EQ(whole(Model{}), R"({"jobs":{}})");
}

TEST(ModelText, ChangeTellsOnlyWhatDiffers) {
  const Model one = model({{"a/x", "1"}, {"a/y", "2"}, {"a/z", "3"}});
  EXPECT_EQ(change(one, one), "");
  EXPECT_EQ(change(one, model({{"a/x", "1"}, {"a/y", "7"}, {"a/n", "4"}})),
            R"({"jobs":{"a/n":4,"a/y":7,"a/z":null}})");
  Model noted = one;
  noted.sections["notes"] = R"(["x"])";
  EXPECT_EQ(change(one, noted), R"({"notes":["x"]})");
  EXPECT_EQ(change(Model{}, model({{"a/x", "1"}})), R"({"notes":[],"jobs":{"a/x":1}})");
}

TEST(BroadcasterTest, NewReaderGetsTheWholeAndThenTheChanges) {
  Broadcaster broadcaster("run");
  broadcaster.publish(model({{"a/x", "1"}}));
  const auto reader = broadcaster.subscribe("");
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->take().bytes,
            "retry: 2000\n\nid: run-1\nevent: model\n"
            "data: {\"notes\":[],\"jobs\":{\"a/x\":1}}\n\n");
  broadcaster.publish(model({{"a/x", "1"}}));
  EXPECT_EQ(reader->take().bytes, "") << "nothing has changed";
  broadcaster.publish(model({{"a/x", "2"}}));
  EXPECT_EQ(reader->take().bytes, "id: run-2\nevent: change\ndata: {\"jobs\":{\"a/x\":2}}\n\n");
  broadcaster.heartbeat();
  EXPECT_EQ(reader->take().bytes, ":\n\n");
}

TEST(BroadcasterTest, ReaderThatComesBackIsToldNothingTwice) {
  Broadcaster broadcaster("run");
  broadcaster.publish(model({{"a/x", "1"}}));
  EXPECT_EQ(broadcaster.subscribe("run-1")->take().bytes, "retry: 2000\n\n");
  for (const char* id : {"run-0", "other-1", "run-2"}) {
    EXPECT_NE(broadcaster.subscribe(id)->take().bytes.find("event: model"), std::string::npos)
        << id;
  }
}

TEST(BroadcasterTest, ReadersAreBoundedAndThoseGoneMakeRoom) {
  Broadcaster broadcaster("run");
  std::vector<std::shared_ptr<http::BodyStream>> readers;
  for (std::size_t i = 0; i < Broadcaster::kMaxReaders; ++i) {
    readers.push_back(broadcaster.subscribe(""));
    ASSERT_TRUE(readers.back());
  }
  EXPECT_FALSE(broadcaster.subscribe(""));
  readers.front()->close();
  EXPECT_TRUE(broadcaster.subscribe(""));
}

TEST(BroadcasterTest, EndEndsAllAndThoseThatStillCome) {
  Broadcaster broadcaster("run");
  const auto reader = broadcaster.subscribe("");
  broadcaster.end();
  EXPECT_TRUE(reader->take().last);
  EXPECT_TRUE(broadcaster.subscribe("")->take().last);
  broadcaster.publish(model({{"a/x", "1"}}));
  EXPECT_EQ(reader->take().bytes, "");
}

}  // namespace
}  // namespace karbonetes::dashboard
