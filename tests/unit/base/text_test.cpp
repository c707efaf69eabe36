#include "base/text.hpp"

#include <gtest/gtest.h>

namespace karbonetes {
namespace {

TEST(Quoted, PlainTextStaysAsItIs) {
  EXPECT_EQ(in_quotes("8 hours"), "\"8 hours\"");
  EXPECT_EQ(in_quotes(""), "\"\"");
}

TEST(Quoted, HostileBytesBecomeOneLineOfAscii) {
  EXPECT_EQ(in_quotes("a\nb\tc\x7f\x1b[0m\"\\"), "\"a?b?c??[0m??\"");
  EXPECT_EQ(in_quotes("\xC2\xB5\xFF"), "\"???\"");
  EXPECT_EQ(in_quotes(std::string_view("a\0b", 3)), "\"a?b\"");
}

TEST(Quoted, LongTextIsCutAt64) {
  EXPECT_EQ(in_quotes(std::string(64, 'x')), "\"" + std::string(64, 'x') + "\"");
  EXPECT_EQ(in_quotes(std::string(65, 'x')), "\"" + std::string(64, 'x') + "...\"");
}

TEST(OneLine, ControlCharactersBecomeQuestionMarks) {
  EXPECT_EQ(one_line("a\nb\x1b[2J\x7f\tc"), "a?b?[2J??c");
  EXPECT_EQ(one_line("gr\xc3\xbcn"), "gr\xc3\xbcn");
  EXPECT_EQ(one_line(""), "");
}

}  // namespace
}  // namespace karbonetes
