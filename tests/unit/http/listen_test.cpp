#include "http/listen.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace karbonetes::http {
namespace {

using testing::HasSubstr;

TEST(ParseListen, ReadsHostAndPort) {
  EXPECT_EQ(parse_listen("127.0.0.1:0")->port, 0);
  EXPECT_EQ(parse_listen("[::1]:8081")->host, "::1");
  EXPECT_EQ(parse_listen(":8081")->host, "0.0.0.0");
  EXPECT_EQ(format_listen({"::1", 80}), "[::1]:80");
  for (const char* bad : {"", "8081", "host:", "host:x", "host:65536", "host:-1", "::1:80"}) {
    const auto listen = parse_listen(bad);
    ASSERT_FALSE(listen) << bad;
    EXPECT_THAT(listen.error().message, HasSubstr("write HOST:PORT"));
  }
}

TEST(PortFile, AppearsWholeOrNotAtAll) {
  const auto path = std::filesystem::path(testing::TempDir()) / "karbonetes-port";
  ASSERT_TRUE(write_port_file(path.string(), 4711));
  std::string text;
  std::getline(std::ifstream(path), text);
  EXPECT_EQ(text, "4711");
  EXPECT_FALSE(std::filesystem::exists(path.string() + ".tmp"));
  std::filesystem::remove(path);
  EXPECT_FALSE(write_port_file("/nonexistent-folder/port", 1));
}

}  // namespace
}  // namespace karbonetes::http
