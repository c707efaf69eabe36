#include "kube/model/event.hpp"

#include <gtest/gtest.h>

#include <string>

#include "json/document.hpp"

namespace karbonetes::kube {
namespace {

Event example() {
  Event event;
  event.ns = "ml";
  event.name = "train.1a2b";
  event.regarding = {"batch/v1", "Job", "ml", "train", "u-1"};
  event.reason = "CarbonWaiting";
  event.action = "Wait";
  event.note = "waits for green";
  event.controller = "karbonetes.dev/controller";
  event.instance = "karbonetes-0";
  event.event_time = parse_rfc3339("2026-11-24T22:03:51.25Z").value();
  return event;
}

json::Document encoded(const Event& event) { return json::parse(encode_event(event)).value(); }

TEST(Event, HasTheShapeOfTheApi) {
  const json::Document expected = json::parse(R"({"apiVersion": "events.k8s.io/v1", "kind": "Event",
      "metadata": {"name": "train.1a2b", "namespace": "ml"}, "eventTime": "2026-11-24T22:03:51.250000Z",
      "reportingController": "karbonetes.dev/controller", "reportingInstance": "karbonetes-0", "action": "Wait",
      "reason": "CarbonWaiting", "regarding": {"apiVersion": "batch/v1", "kind": "Job", "namespace": "ml",
      "name": "train", "uid": "u-1"}, "note": "waits for green", "type": "Normal"})")
                                      .value();
  EXPECT_EQ(encoded(example()), expected);
}

TEST(Event, WarningAndSeries) {
  Event event = example();
  event.warning = true;
  event.series_count = 3;
  event.series_last = parse_rfc3339("2026-11-24T22:05:00Z").value();
  const auto document = encoded(event);
  EXPECT_EQ(document["type"], "Warning");
  EXPECT_EQ(document["series"]["count"], 3);
  EXPECT_EQ(document["series"]["lastObservedTime"], "2026-11-24T22:05:00.000000Z");
}

TEST(Event, ClusterScopedObjectsHaveEventsInDefault) {
  Event event = example();
  event.ns.clear();
  event.regarding.ns.clear();
  const auto document = encoded(event);
  EXPECT_EQ(document["metadata"]["namespace"], "default");
  EXPECT_FALSE(document["regarding"].contains("namespace"));
}

TEST(Event, NoteIsCutOnAUtf8Boundary) {
  Event event = example();
  event.note = std::string(1023, 'a') + "é and more";
  EXPECT_EQ(encoded(event)["note"].get<std::string>(), std::string(1023, 'a'));
  event.note = std::string(1022, 'a') + "é and more";
  EXPECT_EQ(encoded(event)["note"].get<std::string>(), std::string(1022, 'a') + "é");
  event.note = std::string(1024, 'a');
  EXPECT_EQ(encoded(event)["note"].get<std::string>().size(), 1024U);
}

TEST(Event, ShortFieldsAreCutToWhatTheApiTakes) {
  Event event = example();
  event.instance = std::string(300, 'i');
  event.reason = std::string(300, 'r');
  event.action = std::string(300, 'a');
  const auto document = encoded(event);
  EXPECT_EQ(document["reportingInstance"].get<std::string>().size(), 128U);
  EXPECT_EQ(document["reason"].get<std::string>().size(), 128U);
  EXPECT_EQ(document["action"].get<std::string>().size(), 128U);
}

TEST(Event, BytesThatAreNotUtf8AreReplaced) {
  Event event = example();
  event.note = "bad \xff byte";
  EXPECT_EQ(encoded(event)["note"], "bad \xef\xbf\xbd byte");
}

TEST(Event, SeriesPatch) {
  EXPECT_EQ(encode_series_patch(2, parse_rfc3339("2026-11-24T22:03:51Z").value()),
            R"({"series":{"count":2,"lastObservedTime":"2026-11-24T22:03:51.000000Z"}})");
}

}  // namespace
}  // namespace karbonetes::kube
