#include "placement/plan_note.hpp"

#include "job_text.hpp"

namespace karbonetes::placement {
namespace {

using test::at;

PlanNote full() {
  PlanNote note;
  note.policy = "team-a/default";
  note.generation = 3;
  note.strategy = "LowestWindow";
  note.source = "uk";
  note.zone = "GB";
  note.signal = "uk";
  note.start = at("2026-11-25T03:00:00Z");
  note.duration = std::chrono::minutes(90);
  return note;
}

TEST(PlanNote, IsReadAsItWasWritten) {
  EXPECT_EQ(decode_note(encode_note(full())), full());
  PlanNote least;
  least.policy = "built-in";
  EXPECT_EQ(encode_note(least), R"({"policy":"built-in"})");
  EXPECT_EQ(decode_note(encode_note(least)), least);
}

TEST(PlanNote, WhatWasEditedByHandIsAsGoodAsAbsent) {
  for (const auto* text : {"", "{}", "[]", "null", "{", R"({"policy":1})", R"({"policy":""})"})
    EXPECT_EQ(decode_note(text), std::nullopt) << text;
  EXPECT_EQ(decode_note(R"({"policy":")" + std::string(5000, 'x') + "\"}"), std::nullopt);
  const auto odd = decode_note(
      R"({"policy":"p","generation":"x","start":"tomorrow","duration":-1,"source":[],"zone":null})");
  ASSERT_TRUE(odd);
  EXPECT_EQ(encode_note(*odd), R"({"policy":"p"})");
}

}  // namespace
}  // namespace karbonetes::placement
