#include "api/v1alpha1/validate.hpp"

#include <gtest/gtest.h>

namespace karbonetes::api {
namespace {

TEST(Names, DnsLabel) {
  for (const std::string& good :
       {std::string("a"), std::string("green-batch"), std::string("0"), std::string(63, 'a')}) {
    EXPECT_TRUE(check_dns_label(good)) << good;
  }
  for (const std::string& bad :
       {std::string(""), std::string("-a"), std::string("a-"), std::string("A"), std::string("a.b"),
        std::string("a_b"), std::string("\xC3\xA4"), std::string("a\0", 2), std::string(64, 'a')}) {
    EXPECT_FALSE(check_dns_label(bad)) << bad;
  }
}

TEST(Names, ObjectName) {
  EXPECT_TRUE(check_object_name("default"));
  EXPECT_TRUE(check_object_name("a.b-c.d"));
  for (const auto* bad : {"", ".", "a.", ".a", "a..b", "a/b", "A"}) {
    EXPECT_FALSE(check_object_name(bad)) << bad;
  }
  std::string longest(63, 'a');
  for (int i = 0; i < 3; ++i) longest += "." + std::string(i < 2 ? 63 : 61, 'a');
  ASSERT_EQ(longest.size(), 253U);
  EXPECT_TRUE(check_object_name(longest));
  EXPECT_FALSE(check_object_name(longest + "a"));
}

TEST(Names, LabelKey) {
  for (const auto* good : {"a", "carbon-aware.io/green", "A_b.c-D", "x.y/z"}) {
    EXPECT_TRUE(check_label_key(good)) << good;
  }
  for (const auto* bad : {"", "/", "a/", "/a", "a/b/c", "A.io/x", "-a", "a-", "a b", "a/b c"}) {
    EXPECT_FALSE(check_label_key(bad)) << bad;
  }
  EXPECT_TRUE(check_label_key(std::string(63, 'a')));
  EXPECT_FALSE(check_label_key(std::string(64, 'a')));
}

}  // namespace
}  // namespace karbonetes::api
