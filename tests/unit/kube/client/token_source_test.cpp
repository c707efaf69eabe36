#include "kube/client/token_source.hpp"

#include <gmock/gmock.h>

#include "kube/client/file.hpp"
#include "temp_dir.hpp"

namespace karbonetes::kube {
namespace {

using testing::HasSubstr;
using testing::Not;

const TimePoint kStart = *parse_rfc3339("2026-11-24T12:00:00Z");

TEST(FileToken, IsReadAgainAfterAMinute) {
  const test::TempDir dir;
  ManualClock clock(kStart);
  const auto source = file_token(dir.write("token", "one\n"), clock);
  EXPECT_EQ(*source->token(), "one");
  dir.write("token", "two");
  clock.advance(Seconds(59));
  EXPECT_EQ(*source->token(), "one");
  clock.advance(Seconds(1));
  EXPECT_EQ(*source->token(), "two");
}

TEST(FileToken, IsReadAgainAfterA401) {
  const test::TempDir dir;
  ManualClock clock(kStart);
  const auto source = file_token(dir.write("token", "one"), clock);
  EXPECT_EQ(*source->token(), "one");
  dir.write("token", "two");
  source->invalidate();
  EXPECT_EQ(*source->token(), "two");
}

TEST(FileToken, KeepsTheLastOneWhileTheFileIsAway) {
  const test::TempDir dir;
  ManualClock clock(kStart);
  const auto source = file_token(dir.write("token", "one"), clock);
  EXPECT_EQ(*source->token(), "one");
  std::filesystem::remove(dir.path("token"));
  clock.advance(Seconds(61));
  EXPECT_EQ(*source->token(), "one");
  dir.write("token", "two");
  EXPECT_EQ(*source->token(), "two");
}

TEST(FileToken, MissingOrUnreadableIsUnauthorizedAndNotRepeated) {
  const test::TempDir dir;
  ManualClock clock(kStart);
  const auto missing = file_token(dir.path("missing"), clock)->token();
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::Unauthorized);
  EXPECT_THAT(missing.error().message, HasSubstr(dir.path("missing")));
  for (const char* text : {"", "  \n", "secret one\nsecret two"}) {
    const auto unreadable = file_token(dir.write("token", text), clock)->token();
    ASSERT_FALSE(unreadable) << text;
    EXPECT_EQ(unreadable.error().code, Errc::Unauthorized);
    EXPECT_THAT(unreadable.error().message, Not(HasSubstr("secret")));
  }
}

class Exec : public testing::Test {
 protected:
  // A plugin whose answer is `body` of a shell script. It counts its runs in the file "runs".
  ExecPlugin plugin(const std::string& script) {
    ExecPlugin plugin;
    plugin.api_version = "client.authentication.k8s.io/v1";
    plugin.command = dir.write(
        "plugin", "#!/bin/sh\necho x >> " + dir.path("runs") + "\n" + script + "\n", true);
    return plugin;
  }
  static std::string credential(const std::string& status) {
    return R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":)" +
           status + "}";
  }
  static std::string print(const std::string& text) { return "cat <<'END'\n" + text + "\nEND"; }
  std::size_t runs() const { return read_file(dir.path("runs"), 1000)->size() / 2; }
  Error error_of(const std::string& script) {
    const auto token = exec_token(plugin(script), clock)->token();
    EXPECT_FALSE(token) << script;
    return token ? Error{} : token.error();
  }

  const test::TempDir dir;
  ManualClock clock{kStart};
};

TEST_F(Exec, TokenWithoutExpiryIsKeptUntilA401) {
  const auto source = exec_token(plugin(print(credential(R"({"token":"t1"})"))), clock);
  EXPECT_EQ(*source->token(), "t1");
  clock.advance(std::chrono::hours(100));
  EXPECT_EQ(*source->token(), "t1");
  EXPECT_EQ(runs(), 1u);
  source->invalidate();
  EXPECT_EQ(*source->token(), "t1");
  EXPECT_EQ(runs(), 2u);
}

TEST_F(Exec, ExpiredTokenIsFetchedAnew) {
  const auto source = exec_token(
      plugin(print(credential(R"({"token":"t1","expirationTimestamp":"2026-11-24T12:05:00Z"})"))),
      clock);
  EXPECT_EQ(*source->token(), "t1");
  clock.advance(Seconds(289));
  EXPECT_TRUE(source->token());
  EXPECT_EQ(runs(), 1u);
  clock.advance(Seconds(1));  // within 10 s of its end
  EXPECT_TRUE(source->token());
  EXPECT_EQ(runs(), 2u);
}

TEST_F(Exec, GetsItsArgumentsEnvironmentAndInfo) {
  ExecPlugin with =
      plugin("printf '%s|%s|%s|%s' \"$1\" \"$2\" \"$EXTRA\" \"$KUBERNETES_EXEC_INFO\" > " +
             dir.path("seen") + "\n" + print(credential(R"({"token":"t1"})")));
  with.arguments = {"a b", "c"};
  with.environment = {{"EXTRA", "e"}};
  with.cluster_info = R"({"server":"https://a"})";
  ASSERT_TRUE(exec_token(with, clock)->token());
  EXPECT_EQ(
      *read_file(dir.path("seen"), 10'000),
      R"(a b|c|e|{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false,"cluster":{"server":"https://a"}}})");
}

TEST_F(Exec, FailingPluginIsUnauthorized) {
  const Error error = error_of("echo secret; exit 3");
  EXPECT_EQ(error.code, Errc::Unauthorized);
  EXPECT_THAT(error.message, AllOf(HasSubstr("exit status 3"), Not(HasSubstr("secret"))));
  EXPECT_THAT(error_of("kill -9 $$").message, HasSubstr("signal 9"));
}

TEST_F(Exec, MissingPluginSaysWhatToCheck) {
  ExecPlugin missing;
  missing.command = "no-such-plugin-of-karbonetes";
  const auto token = exec_token(missing, clock)->token();
  ASSERT_FALSE(token);
  EXPECT_EQ(token.error().code, Errc::Unauthorized);
  EXPECT_THAT(token.error().message,
              AllOf(HasSubstr("no-such-plugin-of-karbonetes"), HasSubstr("PATH")));
}

TEST_F(Exec, HangingPluginIsKilledWithWhatItStarted) {
  // Its child holds the output open, too.
  ExecPlugin hanging = plugin("sleep 1000 & echo $! > " + dir.path("child") + "\nwait");
  hanging.timeout = Millis(300);
  const auto begin = std::chrono::steady_clock::now();
  const auto token = exec_token(hanging, clock)->token();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, Seconds(20));
  ASSERT_FALSE(token);
  EXPECT_THAT(token.error().message, HasSubstr("300ms"));
}

TEST_F(Exec, ClosedOutputDoesNotHideAHang) {
  ExecPlugin hanging = plugin("exec >&-\nexec sleep 1000");
  hanging.timeout = Millis(300);
  EXPECT_FALSE(exec_token(hanging, clock)->token());
}

TEST_F(Exec, EndlessOutputIsBounded) {
  EXPECT_THAT(error_of("exec cat /dev/zero").message, HasSubstr("1 MiB"));
}

TEST_F(Exec, UnreadableAnswersAreUnauthorizedAndNotRepeated) {
  for (
      const std::string& text :
      {std::string("secret"), std::string("[]"), std::string("{}"), credential("null"),
       credential("{}"), credential(R"({"token":"secret with space"})"),
       credential(R"({"token":""})"),
       credential(R"({"token":"t","expirationTimestamp":"tomorrow"})"),
       std::string(
           R"({"apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"secret"}})")}) {
    const Error error = error_of(print(text));
    EXPECT_EQ(error.code, Errc::Unauthorized) << text;
    EXPECT_THAT(error.message, Not(HasSubstr("secret"))) << text;
  }
}

}  // namespace
}  // namespace karbonetes::kube
