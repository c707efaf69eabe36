#include "json/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace karbonetes::json {
namespace {

using ::testing::HasSubstr;

TEST(Document, KeepsTheOrderOfMembers) {
  const auto document = parse(R"({"z": 1, "a": [true, null, "x"]})");
  ASSERT_TRUE(document) << document.error().message;
  EXPECT_EQ(document->dump(), R"({"z":1,"a":[true,null,"x"]})");
}

TEST(Document, ErrorsNameThePosition) {
  const auto document = parse(R"({"a": 1, "b" 2})");
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().code, Errc::Parse);
  EXPECT_THAT(document.error().message, HasSubstr("column 14"));
}

TEST(Document, RefusesTextAfterTheEnd) { EXPECT_FALSE(parse("{} {}")); }

TEST(Document, AcceptsDepthUpTo128) {
  EXPECT_TRUE(parse(std::string(128, '[') + std::string(128, ']')));
  const auto deeper = parse(std::string(129, '[') + std::string(129, ']'));
  ASSERT_FALSE(deeper);
  EXPECT_THAT(deeper.error().message, HasSubstr("128"));
}

TEST(Document, BracketsInsideStringsAreNotDepth) {
  EXPECT_TRUE(parse("[\"" + std::string(500, '[') + "\\\"" + std::string(500, '{') + "\"]"));
}

TEST(Document, VeryDeepTextIsRefusedWithoutExhaustingTheStack) {
  const std::size_t depth = 2'000'000;
  const auto closed = parse(std::string(depth, '[') + std::string(depth, ']'));
  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().code, Errc::Parse);
  EXPECT_FALSE(parse(std::string(depth, '[')));
}

TEST(Document, RefusesInvalidUtf8AndEmptyText) {
  EXPECT_FALSE(parse("\"\xff\""));
  EXPECT_FALSE(parse(""));
}

}  // namespace
}  // namespace karbonetes::json
