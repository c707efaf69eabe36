#include "base/snapshot.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace karbonetes {
namespace {

TEST(Snapshot, IsNeverNullAndReadersKeepWhatTheyTook) {
  Snapshot<std::string> snapshot;
  const auto before = snapshot.get();
  ASSERT_NE(before, nullptr);
  snapshot.set("new");
  EXPECT_EQ(*before, "");
  EXPECT_EQ(*snapshot.get(), "new");
}

TEST(Snapshot, ReadersSeeWholeValuesWhileItIsReplaced) {
  Snapshot<std::string> snapshot(std::string(100, 'a'));
  std::jthread writer([&](const std::stop_token& stop) {
    for (char c = 'a'; !stop.stop_requested(); c = c == 'z' ? 'a' : static_cast<char>(c + 1)) {
      snapshot.set(std::string(100, c));
    }
  });
  for (int i = 0; i < 10'000; ++i) {
    const auto seen = snapshot.get();
    ASSERT_EQ(*seen, std::string(100, seen->front()));
  }
}

}  // namespace
}  // namespace karbonetes
