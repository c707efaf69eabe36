#include <gmock/gmock.h>

#include "base/base64.hpp"
#include "kube/client/file.hpp"
#include "kube/client/line_splitter.hpp"
#include "kube/client/paths.hpp"
#include "temp_dir.hpp"

namespace karbonetes::kube {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Paths, FollowTheApi) {
  EXPECT_EQ(cluster_path(kJobs), "/apis/batch/v1/jobs");
  EXPECT_EQ(cluster_path({"", "v1", "pods"}), "/api/v1/pods");
  EXPECT_EQ(namespace_path(kLeases, "ns"), "/apis/coordination.k8s.io/v1/namespaces/ns/leases");
  EXPECT_EQ(object_path(kJobs, "ns", "a"), "/apis/batch/v1/namespaces/ns/jobs/a");
}

TEST(Paths, NamesCannotLeaveTheirSegment) {
  EXPECT_EQ(object_path(kJobs, "../x", "a/b?c"), "/apis/batch/v1/namespaces/..%2Fx/jobs/a%2Fb%3Fc");
}

TEST(Base64, RoundTripsEveryLengthAndByte) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(base64_decode(base64_encode(bytes)), bytes);
    bytes += static_cast<char>(i * 37);
  }
}

TEST(Base64, KnownAnswersOfRfc4648) {
  EXPECT_EQ(base64_encode("f"), "Zg==");
  EXPECT_EQ(base64_encode("fo"), "Zm8=");
  EXPECT_EQ(base64_encode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64_decode("Zm9v\n  YmFy\n"), "foobar");
}

TEST(Base64, MalformedIsRefused) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "Z===", "=", "Zg==Zg==", "Zm9-", "Zm9v!"}) {
    EXPECT_EQ(base64_decode(text), std::nullopt) << text;
  }
}

TEST(ReadFile, SaysWhyItCannot) {
  const test::TempDir dir;
  EXPECT_EQ(*read_file(dir.write("a", "text"), 4), "text");
  EXPECT_EQ(read_file(dir.path("a"), 3).error().code, Errc::InvalidArgument);
  EXPECT_EQ(read_file(dir.path("missing"), 3).error().code, Errc::NotFound);
  EXPECT_THAT(read_file(dir.path(), 3).error().message, HasSubstr("folder"));
  EXPECT_EQ(*read_file("/dev/null", 3), "");
}

std::vector<std::string> split(const std::vector<std::string>& pieces) {
  std::vector<std::string> lines;
  LineSplitter splitter(1000);
  const auto keep = [&](std::string_view line) {
    lines.emplace_back(line);
    return true;
  };
  for (const std::string& piece : pieces) EXPECT_TRUE(splitter.feed(piece, keep));
  splitter.finish(keep);
  return lines;
}

TEST(LineSplitter, SameLinesWhereverTheBytesAreCut) {
  const std::string text = "first\nsecond\n\nthird\nrest";
  for (std::size_t a = 0; a <= text.size(); ++a) {
    for (std::size_t b = a; b <= text.size(); ++b) {
      EXPECT_THAT(split({text.substr(0, a), text.substr(a, b - a), text.substr(b)}),
                  ElementsAre("first", "second", "third", "rest"));
    }
  }
}

TEST(LineSplitter, StopsWhenToldAndAtTheLimit) {
  LineSplitter stopping(100);
  int lines = 0;
  const auto more = stopping.feed("a\nb\nc\n", [&](std::string_view) { return ++lines < 2; });
  ASSERT_TRUE(more);
  EXPECT_FALSE(*more);
  EXPECT_EQ(lines, 2);

  LineSplitter small(4);
  const auto any = [](std::string_view) { return true; };
  ASSERT_TRUE(small.feed("abc", any));
  const auto too_long = small.feed("de", any);
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.error().code, Errc::Parse);
}

}  // namespace
}  // namespace karbonetes::kube
