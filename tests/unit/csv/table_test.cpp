#include "csv/table.hpp"

#include <gmock/gmock.h>

#include <array>
#include <random>

namespace karbonetes::csv {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::vector<std::string>> rows(std::string_view text) {
  std::vector<std::vector<std::string>> out;
  auto table = Table::open(text, "a.csv");
  if (!table) return {{table.error().message}};
  for (;;) {
    const auto more = table->next();
    if (!more) return {{more.error().message}};
    if (!*more) return out;
    out.emplace_back(table->cells().begin(), table->cells().end());
  }
}
std::string error(std::string_view text) {
  const auto all = rows(text);
  return all.size() == 1 && all[0].size() == 1 ? all[0][0] : "no error";
}

TEST(Table, ReadsWhatPeopleExport) {
  const auto all = rows(
      "\xef\xbb\xbf# by hand\r\n\r\n a , \"b b\" ,c\r\n1,\" x, \"\"y\"\"\r\nz\",\r\n\r\n# no\n2\n");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_THAT(all[0], ElementsAre("1", "x, \"y\"\r\nz", ""));
  EXPECT_THAT(all[1], ElementsAre("2", "", "")) << "missing cells are empty";
}

TEST(Table, SeesTheSeparatorFromTheHeader) {
  EXPECT_THAT(rows("a;b\n1,5;2\n")[0], ElementsAre("1,5", "2"));
  EXPECT_THAT(rows("a\tb\n1;5\t2\n")[0], ElementsAre("1;5", "2"));
}

TEST(Table, FindsColumnsWhateverTheirSpelling) {
  auto table = Table::open("Zone Id,carbon_Intensity-avg,x\n", "a.csv");
  ASSERT_TRUE(table);
  using namespace std::string_view_literals;
  EXPECT_EQ(table->column(std::array{"nothing"sv, "CARBON INTENSITY AVG"sv}), 1U);
  EXPECT_EQ(table->column(std::array{"zone_id"sv}), 0U);
  EXPECT_EQ(table->column(std::array{"zone"sv}), std::nullopt);
}

TEST(Table, KnowsTheLineOfEachRecord) {
  auto table = Table::open("a,b\n\n1,\"x\ny\"\n2,3\n", "a.csv");
  ASSERT_TRUE(table);
  ASSERT_TRUE(*table->next());
  EXPECT_EQ(table->line(), 3U);
  ASSERT_TRUE(*table->next());
  EXPECT_EQ(table->line(), 5U);
  const Result<int> bad = table->wrong("bad");
  EXPECT_EQ(bad.error().message, "a.csv:5: bad");
}

TEST(Table, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(error(""), HasSubstr("a.csv:1: the file is empty; write a header"));
  EXPECT_THAT(error("a,A\n"), HasSubstr("a.csv:1: the header names the column \"a\" twice"));
  EXPECT_THAT(error("a,b\n1,2,3\n"), HasSubstr("a.csv:2: 3 cells, but the header names 2"));
  EXPECT_THAT(error("a,b\n1,\"2\n"), HasSubstr("a.csv:2: a cell in double quotes does not end"));
  EXPECT_THAT(error("a,b\n1,\"2\"x\n"), HasSubstr("a.csv:2: text follows the closing"));
  EXPECT_THAT(error("a,b\n1," + std::string(5000, 'x')), HasSubstr("longer than 4096"));
  EXPECT_THAT(error(std::string(300, ',')), HasSubstr("more than 256 columns"));
  EXPECT_THAT(error(std::string_view("a,b\n1,\0\n", 8)),
              HasSubstr("a.csv:2: there is a zero byte"));
}

// Cells are views: none may move when the next one is unescaped.
TEST(Table, ManyCellsMayHoldQuotes) {
  std::string line;
  for (int i = 0; i < 200; ++i)
    line += (i == 0 ? "" : ",") + std::string("\"c\"\"") + std::to_string(i) + "\"";
  const std::string text = line + "\n" + line;
  auto table = Table::open(text, "a.csv");
  ASSERT_TRUE(table) << table.error().message;
  ASSERT_TRUE(*table->next());
  for (std::size_t i = 0; i < 200; ++i) ASSERT_EQ(table->cell(i), "c\"" + std::to_string(i));
}

TEST(Table, HasNoRowsBelowALoneHeader) { EXPECT_THAT(rows("a,b"), IsEmpty()); }

TEST(Table, SurvivesAnyBytes) {
  std::mt19937 random(1);
  const std::string letters = "ab\"\"\n\r,;\t #\\\xff";
  for (int i = 0; i < 20'000; ++i) {
    std::string text = "h,i\n";
    for (auto n = random() % 40; n > 0; --n) text += letters[random() % letters.size()];
    for (const auto& row : rows(text)) ASSERT_LE(row.size(), 256U);
  }
}

TEST(Number, IsDecimalAndNothingElse) {
  EXPECT_EQ(number("-1.5e3"), -1500);
  for (const char* no : {"", " 1", "1 ", "1,5", "0x10", "inf", "nan", "1e999"})
    EXPECT_EQ(number(no), std::nullopt) << no;
}

}  // namespace
}  // namespace karbonetes::csv
