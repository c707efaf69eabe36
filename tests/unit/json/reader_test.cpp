#include "json/reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace karbonetes::json {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Status ignore(std::string_view, Value) { return {}; }

// Calls fn with the value of the member "v" of {"v": <text>}.
template <typename Fn>
Status with_value(const std::string& text, Fn&& fn) {
  Reader reader;
  return reader.each("{\"v\": " + text + "}", [&](std::string_view, Value v) -> Status {
    fn(v);
    return {};
  });
}

TEST(Reader, GivesMembersInOrderAndSkipsWhatIsNotRead) {
  Reader reader;
  std::vector<std::string> keys;
  std::int64_t last = 0;
  const Status status =
      reader.each(R"({"a": {"deep": [1, {"x": 2}]}, "b": [[[]]], "c\"d": "text", "e": 7})",
                  [&](std::string_view key, Value v) -> Status {
                    keys.emplace_back(key);
                    if (key == "e") last = v.integer().value();
                    return {};
                  });
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_THAT(keys, ElementsAre("a", "b", "c\"d", "e"));
  EXPECT_EQ(last, 7);
}

TEST(Reader, ReadsEachKind) {
  ASSERT_TRUE(with_value("\"caf\\u00e9\\n\"", [](Value v) { EXPECT_EQ(*v.string(), "café\n"); }));
  ASSERT_TRUE(with_value("true", [](Value v) { EXPECT_TRUE(*v.boolean()); }));
  ASSERT_TRUE(with_value("-12", [](Value v) { EXPECT_EQ(*v.integer(), -12); }));
  ASSERT_TRUE(with_value("1.5e3", [](Value v) { EXPECT_DOUBLE_EQ(*v.number(), 1500); }));
  ASSERT_TRUE(with_value("null", [](Value v) { EXPECT_TRUE(v.is_null()); }));
}

TEST(Reader, NamesTheKindWithoutConsuming) {
  const std::map<std::string, Kind> kinds = {{"{}", Kind::Object},     {"[]", Kind::Array},
                                             {"\"\"", Kind::String},   {"-1", Kind::Number},
                                             {"false", Kind::Boolean}, {"null", Kind::Null}};
  for (const auto& [text, kind] : kinds) {
    ASSERT_TRUE(with_value(text, [&, expected = kind](Value v) {
      ASSERT_TRUE(v.kind());
      EXPECT_EQ(*v.kind(), expected);
      EXPECT_EQ(*v.kind(), expected);
      EXPECT_EQ(*v.raw(), text);
    })) << text;
  }
}

TEST(Reader, WrongTypesAreParseErrors) {
  ASSERT_TRUE(with_value("7", [](Value v) {
    const auto text = v.string();
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().code, Errc::Parse);
  }));
  ASSERT_TRUE(with_value("\"7\"", [](Value v) { EXPECT_FALSE(v.integer()); }));
  ASSERT_TRUE(with_value("1.5", [](Value v) { EXPECT_FALSE(v.integer()); }));
  ASSERT_TRUE(with_value("99999999999999999999", [](Value v) { EXPECT_FALSE(v.integer()); }));
  ASSERT_TRUE(with_value("[]", [](Value v) { EXPECT_FALSE(v.each(ignore)); }));
  ASSERT_TRUE(with_value(
      "{}", [](Value v) { EXPECT_FALSE(v.each_element([](Value) -> Status { return {}; })); }));
}

TEST(Reader, MisspeltNullIsNotNullAndDoesNotThrow) {
  EXPECT_NO_THROW({
    (void)with_value("nul", [](Value v) { EXPECT_FALSE(v.is_null()); });
    (void)with_value("nulx", [](Value v) { EXPECT_FALSE(v.is_null()); });
    (void)with_value("{}", [](Value v) { EXPECT_FALSE(v.is_null()); });
  });
}

TEST(Reader, RawIsTheValuesOwnText) {
  const std::vector<std::string> texts = {R"({"a": [1, "}"] })", R"([ {"x":1}, [2] ])",
                                          R"("a \" b")", "12.50", "true"};
  for (const auto& text : texts) {
    ASSERT_TRUE(with_value(text + " \n ", [&](Value v) { EXPECT_EQ(*v.raw(), text); })) << text;
  }
}

TEST(Reader, ReadingGoesOnAfterRaw) {
  Reader reader;
  std::string raw;
  std::string after;
  ASSERT_TRUE(reader.each(R"({"a": {"b": {"c": [1]}} , "z": "end"})",
                          [&](std::string_view key, Value v) -> Status {
                            if (key == "a") raw = v.raw().value();
                            if (key == "z") after = v.string().value();
                            return {};
                          }));
  EXPECT_EQ(raw, R"({"b": {"c": [1]}})");
  EXPECT_EQ(after, "end");
}

TEST(Reader, ReadingGoesOnAfterAnElementWasLeftHalfRead) {
  Reader reader;
  int seen = 0;
  std::string after;
  ASSERT_TRUE(reader.each(
      R"({"items": [{"a": {"b": "wrong", "c": 1}, "d": [1, 2]}, {"a": {"b": 2}}], "z": "end"})",
      [&](std::string_view key, Value v) -> Status {
        if (key == "z") after = v.string().value();
        if (key != "items") return {};
        return v.each_element([&](Value item) -> Status {
          ++seen;
          (void)item.each([](std::string_view, Value a) -> Status {
            return a.each([](std::string_view, Value b) -> Status {
              const auto number = b.integer();
              return number ? Status{} : fail(number.error());
            });
          });
          return {};
        });
      }));
  EXPECT_EQ(seen, 2);
  EXPECT_EQ(after, "end");
}

TEST(Reader, CallbackErrorEndsTheReading) {
  Reader reader;
  int calls = 0;
  const Status status = reader.each(R"({"a": 1, "b": 2})", [&](std::string_view, Value) -> Status {
    ++calls;
    return fail(Errc::Cancelled, "enough");
  });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::Cancelled);
  EXPECT_EQ(calls, 1);
}

TEST(Reader, HostileTextIsAParseErrorAndTheReaderStaysUsable) {
  Reader reader;
  const std::string deep = "{\"a\":" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  const std::vector<std::string> texts = {"",
                                          " ",
                                          "[]",
                                          "\"a\"",
                                          "7",
                                          "{",
                                          "{\"a\"",
                                          "{\"a\":}",
                                          "{\"a\":1",
                                          "{\"a\":1,}x",
                                          "{\"a\":1} {}",
                                          "{\"a\":1}]",
                                          "{a:1}",
                                          "{\"a\":\"\xff\xfe\"}",
                                          "{\"a\":\"unterminated",
                                          "\xef\xbb"};
  for (const auto& text : texts) {
    const Status status = reader.each(text, ignore);
    ASSERT_FALSE(status) << text;
    EXPECT_EQ(status.error().code, Errc::Parse);
    EXPECT_THAT(status.error().message, HasSubstr("JSON"));
  }
  (void)reader.each(deep, ignore);  // either answer is fine; it must not crash
  EXPECT_TRUE(reader.each("{\"a\": 1}\n", ignore));
}

TEST(Reader, DoesNotReadPastTheTextIntoWhatAnEarlierDocumentLeft) {
  Reader reader;
  ASSERT_TRUE(reader.each(
      R"({"long": "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"})", ignore));
  EXPECT_FALSE(reader.each(R"({"long": "x)", ignore));
  EXPECT_TRUE(reader.each("{}", ignore));
}

TEST(Reader, TextNeedNotOutliveTheCallAndIsCopied) {
  Reader reader;
  std::string text = R"({"a": "kept"})";
  std::string_view view;
  ASSERT_TRUE(reader.each(text, [&](std::string_view, Value v) -> Status {
    view = v.string().value();
    return {};
  }));
  text.assign(text.size(), 'x');
  EXPECT_EQ(view, "kept");  // valid until the reader's next document
}

}  // namespace
}  // namespace karbonetes::json
