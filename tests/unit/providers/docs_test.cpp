// Every source that docs/signals.md configures is read as it is written there.
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "providers/signal_config.hpp"

namespace karbonetes::providers {
namespace {

std::vector<std::string> yaml_blocks(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> out;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("```")) {
      inside = line == "```yaml";
      if (inside) out.emplace_back();
    } else if (inside) {
      out.back() += line + "\n";
    }
  }
  return out;
}

TEST(Docs, EveryExampleOfASourceIsRead) {
  int examples = 0;
  std::set<SourceType> types;
  for (const auto& block : yaml_blocks(KARBONETES_SOURCE_DIR "/docs/signals.md")) {
    if (!block.starts_with("sources:")) continue;
    ++examples;
    const auto config = parse_signal_config(block);
    ASSERT_TRUE(config) << config.error().message << "\nin\n" << block;
    for (const auto& source : *config) types.insert(source.type);
  }
  EXPECT_GE(examples, 9);
  EXPECT_EQ(types.size(), 9U) << "a type of source has no example";
}

}  // namespace
}  // namespace karbonetes::providers
