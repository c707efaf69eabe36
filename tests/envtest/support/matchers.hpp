// GoogleTest for Result<T>: ASSERT_OK(x) shows the error's code and message.
#pragma once

#include <gtest/gtest.h>

#include "base/result.hpp"

namespace karbonetes::envtest {

template <typename T>
[[nodiscard]] testing::AssertionResult is_ok(const Result<T>& result) {
  if (result) return testing::AssertionSuccess();
  return testing::AssertionFailure() << name(result.error().code) << ": " << result.error().message;
}

}  // namespace karbonetes::envtest

#define ASSERT_OK(expression) ASSERT_TRUE(::karbonetes::envtest::is_ok(expression))
#define EXPECT_OK(expression) EXPECT_TRUE(::karbonetes::envtest::is_ok(expression))
