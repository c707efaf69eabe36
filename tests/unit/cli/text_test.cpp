#include "cli/text.hpp"

#include <gmock/gmock.h>

#include "cli/table.hpp"

namespace karbonetes::cli {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST(Printable, ControlCharactersDoNotReachTheTerminal) {
  EXPECT_EQ(printable("a\x1b[2Jb\x07"), "a?[2Jb?");
  EXPECT_EQ(printable("one\ntwo\tthree\r"), "one two three ");
  EXPECT_EQ(printable(std::string_view("a\0b\x7f", 4)), "a?b?");
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "?31m");  // C1 CSI
  EXPECT_EQ(printable("a\xe2\x80\xae"
                      "b"),
            "a?b");  // right-to-left override
  EXPECT_EQ(printable("a\xe2\x80\x8b"
                      "b\xef\xbb\xbf"),
            "a?b?");  // zero width, byte order mark
}

TEST(Printable, BrokenUtf8IsMadeWhole) {
  EXPECT_EQ(printable("\xff"), "?");
  EXPECT_EQ(printable("a\xc3"), "a?");
  EXPECT_EQ(printable("\xc0\x9b"), "??");            // overlong
  EXPECT_EQ(printable("\xe0\x80\x9b"), "???");       // overlong
  EXPECT_EQ(printable("\xed\xa0\x80"), "???");       // surrogate
  EXPECT_EQ(printable("\xf4\x90\x80\x80"), "????");  // beyond Unicode
}

TEST(Printable, TextOfPeopleStays) {
  EXPECT_EQ(printable("grün – 緑 🌱"), "grün – 緑 🌱");
  EXPECT_EQ(width("grün"), 4u);
}

TEST(Printable, IsCutByCodePoints) {
  EXPECT_EQ(printable("üüüü", 2), "üü...");
  EXPECT_EQ(printable("üü", 2), "üü");
}

TEST(HumanDuration, TwoLargestUnits) {
  EXPECT_EQ(human_duration(hours(3) + minutes(12) + Seconds(5)), "3h12m");
  EXPECT_EQ(human_duration(hours(52)), "2d4h");
  EXPECT_EQ(human_duration(hours(1) + Seconds(5)), "1h");
  EXPECT_EQ(human_duration(minutes(2)), "2m");
  EXPECT_EQ(human_duration(Seconds(45)), "45s");
  EXPECT_EQ(human_duration(Millis(999)), "0s");
  EXPECT_EQ(human_duration(-minutes(2)), "2m");
}

TEST(Relative, SaysInWhichDirection) {
  const TimePoint now{hours(1000)};
  EXPECT_EQ(relative(now + minutes(5), now), "in 5m");
  EXPECT_EQ(relative(now - minutes(5), now), "5m ago");
  EXPECT_EQ(relative(now, now), "now");
}

TEST(Table, ColumnsAreAsWideAsTheirWidestCell) {
  const Table table{{"A", "LONG", "C"},
                    {{{"xxxx", {}}, {"", {}}, {"c", {}}}, {{"grün", {}}, {"y", {}}, {"d", {}}}}};
  EXPECT_EQ(render(table, false),
            "A      LONG   C\n"
            "xxxx   -      c\n"
            "grün   y      d\n");
}

TEST(Table, ColoursOnlyWhenAskedForAndNeverInWidths) {
  const Table table{{"A", "B"}, {{{"x", Colour::Green}, {"y", {}}}}};
  EXPECT_EQ(render(table, false), "A   B\nx   y\n");
  EXPECT_EQ(render(table, true), "A   B\n\x1b[32mx\x1b[0m   y\n");
}

TEST(Table, HostileCellsAreMadePrintable) {
  const Table table{{"A"}, {{{"\x1b[31m\n", {}}}}};
  EXPECT_EQ(render(table, false), "A\n?[31m \n");
}

}  // namespace
}  // namespace karbonetes::cli
