// Kepler's joules: the queries as text, the answers as bytes, and both over a real HTTP server.
#include "providers/kepler.hpp"

#include <gmock/gmock.h>

#include <mutex>
#include <regex>
#include <vector>

#include "http/server.hpp"

namespace karbonetes::providers {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;
using testing::Not;

const TimePoint kStart = TimePoint(Seconds(1'795'000'000));

JobRun job(std::string name = "train", bool indexed = false) {
  return {"team-a", std::move(name), kStart, kStart + hours(2), indexed};
}

// The patterns use nothing in which RE2 and ECMAScript differ. Prometheus anchors them.
bool matches(const std::string& pattern, const std::string& pod) {
  return std::regex_match(pod, std::regex(pattern));
}

TEST(Kepler, PodsOfAPlainJob) {
  const auto pattern = pod_name_pattern("report", false);
  EXPECT_TRUE(matches(pattern, "report-x8k2p"));
  EXPECT_FALSE(matches(pattern, "report-29926073-x8k2p"));  // of another Job
  EXPECT_FALSE(matches(pattern, "report-0-x8k2p"));
  EXPECT_FALSE(matches(pattern, "my-report-x8k2p"));
  EXPECT_FALSE(matches(pattern, "report-batch"));  // random parts have no vowels
  EXPECT_FALSE(matches(pattern, "report"));
}

TEST(Kepler, PodsOfAnIndexedJob) {
  const auto pattern = pod_name_pattern("report", true);
  EXPECT_TRUE(matches(pattern, "report-0-x8k2p"));
  EXPECT_TRUE(matches(pattern, "report-99999-x8k2p"));
  EXPECT_FALSE(matches(pattern, "report-x8k2p"));
}

TEST(Kepler, LongNamesAreCutAsTheJobControllerCutsThem) {
  const std::string name(63, 'a');
  const std::string random = "x8k2p";
  EXPECT_TRUE(matches(pod_name_pattern(name, false), std::string(58, 'a') + random));
  const std::string almost(57, 'a');
  EXPECT_TRUE(matches(pod_name_pattern(almost, false), almost + "-" + random));
  const auto indexed = pod_name_pattern(name, true);
  EXPECT_TRUE(matches(indexed, std::string(55, 'a') + "-7-" + random));
  EXPECT_TRUE(matches(indexed, std::string(53, 'a') + "-123-" + random));
  EXPECT_FALSE(matches(indexed, std::string(58, 'a') + random));
  const auto fifty = pod_name_pattern(std::string(50, 'a'), true);
  EXPECT_TRUE(matches(fifty, std::string(50, 'a') + "-123456-" + random));
  EXPECT_TRUE(matches(fifty, std::string(49, 'a') + "-1234567-" + random));
}

TEST(Kepler, HostileNamesStayInsideTheirQuotes) {
  JobRun run = job("a\"b\\c.d*(e){f}|g\n");
  run.ns = "n\"} or vector(1) #\\";
  const auto query = kepler_query(run, KeplerMetric::Pod);
  EXPECT_THAT(query, HasSubstr(R"(pod_namespace="n\"} or vector(1) #\\",)"));
  EXPECT_THAT(query, HasSubstr(R"(pod_name=~"a\"b\\\\c\\.d\\*\\(e\\)\\{f\\}\\|g\x0a-[)"));
  EXPECT_THAT(query, Not(HasSubstr("\n")));
  EXPECT_TRUE(matches(pod_name_pattern("a.b*", false), "a.b*-x8k2p"));
  EXPECT_FALSE(matches(pod_name_pattern("a.b*", false), "axbb-x8k2p"));
}

TEST(Kepler, QueriesOfBothGenerations) {
  EXPECT_EQ(
      kepler_query(job(), KeplerMetric::Pod),
      R"(sum(max by (pod_id, pod_name, node_name, zone) (max_over_time()"
      R"(kepler_pod_cpu_joules_total{pod_namespace="team-a",)"
      R"(pod_name=~"train-[bcdfghjklmnpqrstvwxz2456789]{5}",zone=~"package|dram"}[7320s]))))");
  EXPECT_EQ(kepler_query(job(), KeplerMetric::Container),
            R"(sum(max_over_time(kepler_container_joules_total{container_namespace="team-a",)"
            R"(pod_name=~"train-[bcdfghjklmnpqrstvwxz2456789]{5}"}[7320s])))");
  EXPECT_EQ(kepler_instant(job()), kStart + hours(2) + minutes(2));
  JobRun odd = job();
  odd.finished = odd.started - hours(1);  // clocks that disagree
  EXPECT_THAT(kepler_query(odd, KeplerMetric::Pod), HasSubstr("[120s]"));
}

std::string answer(const std::string& result) {
  return R"({"status":"success","data":{"resultType":"vector","result":)" + result + "}}";
}
std::string sample(const std::string& value) {
  return answer(R"([{"metric":{},"value":[1795007320.0,")" + value + R"("]}])");
}

TEST(Kepler, Answers) {
  EXPECT_EQ(*parse_joules(sample("3600000.5")), 3600000.5);
  EXPECT_EQ(*parse_joules(sample("1e9")), 1e9);
  EXPECT_EQ(*parse_joules(sample("0")), 0.0);
  EXPECT_EQ(*parse_joules(answer("[]")), std::nullopt);
  EXPECT_EQ(*parse_joules(sample("NaN")), std::nullopt);
  EXPECT_EQ(*parse_joules(sample("+Inf")), std::nullopt);
}

struct Bad {
  std::string body;
  const char* message;
};
class BadAnswer : public testing::TestWithParam<Bad> {};
TEST_P(BadAnswer, IsAnError) {
  const auto joules = parse_joules(GetParam().body);
  ASSERT_FALSE(joules);
  EXPECT_THAT(joules.error().message, HasSubstr(GetParam().message));
}
INSTANTIATE_TEST_SUITE_P(All, BadAnswer,
                         testing::Values(Bad{"", ""}, Bad{"<html>", ""}, Bad{"{}", "status:"},
                                         Bad{R"({"status":7})", "status:"},
                                         Bad{R"({"status":"success"})", "data: is missing"},
                                         Bad{R"({"status":"error","error":"parse error\n\u0007"})",
                                             "refused the query: \"parse error"},
                                         Bad{R"({"status":"error"})", "without saying why"},
                                         Bad{answer("{}"), "result must be an array"},
                                         Bad{answer("[7]"), "value: must be"},
                                         Bad{answer(R"([{"value":[1]}])"), "value: must be"},
                                         Bad{answer(R"([{"value":[1,2]}])"), "value: must be"},
                                         Bad{sample("1 J"), "must be a number"},
                                         Bad{sample(""), "must be a number"},
                                         Bad{sample("-5"), "less than zero"},
                                         Bad{answer(R"([{"value":[1,"1"]},{"value":[1,"1"]}])"),
                                             "2 series instead of one"}));

// A Prometheus that answers by the metric that is asked for.
class KeplerServer : public testing::Test {
 protected:
  void SetUp() override {
    http::ServerOptions options;
    options.address = "127.0.0.1";
    auto started =
        http::Server::start(std::move(options), [this](http::Request&& request, http::Reply reply) {
          const std::lock_guard lock(mutex_);
          targets_.push_back(request.target);
          const bool pod = request.target.find("kepler_pod_cpu_joules_total") != std::string::npos;
          http::Response response = pod ? pod_ : container_;
          reply(std::move(response));
        });
    ASSERT_TRUE(started) << started.error().message;
    server_ = std::move(*started);
  }
  Result<std::optional<MeasuredJoules>> measure(const std::string& path = "") {
    auto joules_of = make_kepler("http://127.0.0.1:" + std::to_string(server_->port()) + path);
    EXPECT_TRUE(joules_of);
    return (*joules_of)(job(), {});
  }

  http::Response pod_{200, {}, answer("[]")}, container_{200, {}, answer("[]")};
  std::mutex mutex_;
  std::vector<std::string> targets_;
  std::unique_ptr<http::Server> server_;
};

TEST_F(KeplerServer, OfTheNewerGeneration) {
  pod_.body = sample("7200000");
  const auto joules = measure();
  ASSERT_TRUE(joules && *joules);
  EXPECT_EQ((*joules)->joules, 7.2e6);
  EXPECT_FALSE((*joules)->with_gpus);
  ASSERT_EQ(targets_.size(), 1u);
  EXPECT_THAT(targets_[0], testing::StartsWith("/api/v1/query?query=sum%28max%20by"));
  EXPECT_THAT(targets_[0], HasSubstr("&time=1795007320"));
}

TEST_F(KeplerServer, OfTheOlderGeneration) {
  container_.body = sample("3600000");
  const auto joules = measure();
  ASSERT_TRUE(joules && *joules);
  EXPECT_EQ((*joules)->joules, 3.6e6);
  EXPECT_TRUE((*joules)->with_gpus);
  EXPECT_EQ(targets_.size(), 2u);
}

TEST_F(KeplerServer, ThatKnowsNothingOfTheJobLeavesItToTheModel) {
  const auto joules = measure();
  ASSERT_TRUE(joules);
  EXPECT_FALSE(*joules);
}

TEST_F(KeplerServer, UnderAPathPrefix) {
  pod_.body = sample("1");
  EXPECT_TRUE(measure("/prometheus/"));
  EXPECT_THAT(targets_[0], testing::StartsWith("/prometheus/api/v1/query?query="));
}

TEST_F(KeplerServer, OnABadDayIsAnErrorAndNotAMeasure) {
  pod_ = {503, {}, "<html>busy</html>"};
  EXPECT_EQ(measure().error().code, Errc::Unavailable);
  pod_ = {401, {}, ""};
  EXPECT_EQ(measure().error().code, Errc::Unauthorized);
  pod_ = {400, {}, R"({"status":"error","errorType":"bad_data","error":"no such label"})"};
  EXPECT_THAT(measure().error().message, HasSubstr("no such label"));
  pod_ = {200, {}, "not JSON"};
  EXPECT_EQ(measure().error().code, Errc::Parse);
  server_->stop(Millis(0));
  EXPECT_FALSE(measure());
}

TEST(Kepler, AUrlThatCannotBeReadSaysSo) {
  EXPECT_EQ(make_kepler("prometheus:9090").error().code, Errc::InvalidArgument);
  EXPECT_FALSE(make_kepler(""));
}

}  // namespace
}  // namespace karbonetes::providers
