#include "base/quantity.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <random>

namespace karbonetes {
namespace {

using testing::HasSubstr;

struct Case {
  const char* text;
  double value;
};

class Quantity : public testing::TestWithParam<Case> {};

TEST_P(Quantity, IsRead) {
  const auto value = parse_quantity(GetParam().text);
  ASSERT_TRUE(value) << value.error().message;
  EXPECT_DOUBLE_EQ(*value, GetParam().value) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    AllForms, Quantity,
    testing::Values(Case{"100m", 0.1}, Case{"1.5", 1.5}, Case{"2Gi", 2147483648.0},
                    Case{"1e3", 1000}, Case{"1E3", 1000}, Case{"1e-3", 0.001}, Case{"2E+2", 200},
                    Case{"128974848", 128974848}, Case{"1E", 1e18}, Case{"500Mi", 524288000.0},
                    Case{"0.5", 0.5}, Case{"1k", 1000}, Case{"+2", 2}, Case{"5u", 5e-6},
                    Case{"7n", 7e-9}, Case{"0", 0}, Case{"-0", 0}, Case{".5", 0.5}, Case{"5.", 5},
                    Case{"1Ki", 1024}, Case{"1Ti", 1099511627776.0},
                    Case{"0.5Pi", 562949953421312.0}, Case{"1Ei", 1152921504606846976.0},
                    Case{"129M", 129e6}, Case{"123Mi", 128974848}, Case{"1T", 1e12},
                    Case{"1P", 1e15}, Case{"3G", 3e9}, Case{"007", 7}));

TEST(Quantity, DecimalFormsOfOneValueAreOneValue) {
  EXPECT_EQ(*parse_quantity("0.1"), *parse_quantity("100m"));
  EXPECT_EQ(*parse_quantity("0.3"), *parse_quantity("300000u"));
  EXPECT_EQ(*parse_quantity("1.1"), *parse_quantity("11e-1"));
}

TEST(Quantity, WhatIsTooLargeIsCappedAsInKubernetes) {
  const double most = std::ldexp(1.0, 63);
  EXPECT_EQ(*parse_quantity("100E"), most);
  EXPECT_EQ(*parse_quantity("16Ei"), most);
  EXPECT_EQ(*parse_quantity("1e999999999999999999999"), most);
  EXPECT_EQ(*parse_quantity("9999999999999999999999999999999999"), most);
  EXPECT_EQ(*parse_quantity("1e-999999999999999999999"), 0);
  EXPECT_EQ(*parse_quantity("0e999999"), 0);
}

class BadQuantity : public testing::TestWithParam<const char*> {};

TEST_P(BadQuantity, IsRefusedAndSaysWhatToWrite) {
  const auto value = parse_quantity(GetParam());
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().code, Errc::InvalidArgument);
  EXPECT_THAT(value.error().message, HasSubstr("e.g. \"500m\""));
}

INSTANTIATE_TEST_SUITE_P(AllForms, BadQuantity,
                         testing::Values("", " ", "m", ".", "+", "-", "1 Gi", "1gi", "1K", "1mi",
                                         "1.2.3", "1e", "1e+", "e3", "1e3Mi", "1Gib", "0x10", "nan",
                                         "inf", "infinity", "1,5", "1_000", "++1", "+-1", "1e1.5",
                                         "1\n", "-1", "-100m", "\xFF"));

TEST(Quantity, HostileLengthIsRefusedWithAShortMessage) {
  const auto value = parse_quantity(std::string(1'000'000, '9'));
  ASSERT_FALSE(value);
  EXPECT_LT(value.error().message.size(), 300u);
  EXPECT_TRUE(parse_quantity(std::string(64, '9')));
}

TEST(Quantity, AnyBytesAreReadOrRefused) {
  std::mt19937 random(7);
  constexpr std::string_view kAlphabet = "0123456789.+-eEnumkKMGTPi \x00\xFF";
  for (int i = 0; i < 200'000; ++i) {
    std::string text(random() % 8, '0');
    for (char& c : text) c = kAlphabet[random() % kAlphabet.size()];
    const auto value = parse_quantity(text);
    if (value) {
      ASSERT_TRUE(std::isfinite(*value) && *value >= 0) << text;
    }
  }
}

}  // namespace
}  // namespace karbonetes
