#include "providers/probe.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "../http/certificates.hpp"
#include "provider_server.hpp"
#include "temp_file.hpp"

namespace karbonetes::providers {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class ProbeTest : public testing::Test {
 protected:
  ProbeReport ask(const std::string& fields) {
    auto sources = parse_signal_config("sources: [{name: a, " + fields + "}]");
    EXPECT_TRUE(sources) << sources.error().message;
    return probe(sources->front(), clock);
  }
  ProbeReport prometheus(const std::string& url) {
    return ask("type: prometheus, kind: average, query: q, url: \"" + url + '"');
  }
  ManualClock clock{*parse_rfc3339("2026-11-24T12:10:00Z")};
};

TEST_F(ProbeTest, SaysWhatCame) {
  ProviderServer server;
  server.answer("/gb/intensity/2026-11-23T12:00Z/fw48h",
                R"({"data":[{"from":"2026-11-24T12:00Z","intensity":{"forecast":215,"actual":210}},
                            {"from":"2026-11-24T12:30Z","intensity":{"forecast":190,"actual":null}},
                            {"from":"2026-11-24T13:00Z","intensity":{"forecast":-7,"actual":null}}]})");
  const auto report = ask("type: gb-carbon-intensity, url: \"" + server.url("/gb") + '"');
  ASSERT_TRUE(report.ok) << report.problem;
  EXPECT_EQ(report.points, 2U);
  EXPECT_EQ(report.step, std::chrono::minutes(30));
  EXPECT_EQ(report.kind, carbon::KindTag::Average);
  EXPECT_EQ(report.current, 210);
  EXPECT_EQ(*report.forecast_until, *parse_rfc3339("2026-11-24T13:00:00Z"));
  EXPECT_EQ(report.warnings.size(), 1U);
  EXPECT_THAT(render(report),
              AllOf(HasSubstr("a (gb-carbon-intensity, zone GB): ok"), HasSubstr("2 points"),
                    HasSubstr("30m"), HasSubstr("210 gCO2eq/kWh"), HasSubstr("warning")));
}

TEST_F(ProbeTest, SaysWhatIsWrongAndWhatToDo) {
  ProviderServer server;
  TempFile token("hunter2");
  const auto maps = [&](http::Response response) {
    server.answer("/carbon-intensity/latest", std::move(response));
    return ask(fmt::format("type: electricity-maps, zone: XX, url: \"{}\", tokenFile: {}",
                           server.url(), token.path()));
  };
  const auto refused = maps({401, {}, "hunter2"});
  EXPECT_FALSE(refused.ok);
  EXPECT_THAT(render(refused), AllOf(HasSubstr("FAILED"), HasSubstr(token.path()),
                                     HasSubstr("was refused"), Not(HasSubstr("hunter2"))));
  EXPECT_THAT(render(maps({403, {}, ""})), HasSubstr("plan"));
  EXPECT_THAT(render(maps({404, {}, ""})),
              AllOf(HasSubstr("XX"), HasSubstr("provider's own list")));
  EXPECT_THAT(render(maps({429, {}, ""})), HasSubstr("longer refresh"));
  EXPECT_THAT(render(maps({200, {}, "<html>"})), AllOf(HasSubstr("HTML"), HasSubstr("curl")));
  token.remove();
  EXPECT_THAT(render(maps({200, {}, "{}"})), HasSubstr("file"));
}

TEST_F(ProbeTest, EmptySeriesIsSaid) {
  ProviderServer server;
  server.answer("/api/v1/query",
                R"({"status":"success","data":{"resultType":"vector","result":[]}})");
  EXPECT_THAT(render(prometheus(server.url())), HasSubstr("no series"));
}

TEST_F(ProbeTest, AValueOfYesterdayIsSaid) {
  ProviderServer server;
  server.answer("/api/v1/query",
                vector_of(100, std::chrono::floor<Seconds>(clock.now()).time_since_epoch().count() -
                                   100'000));
  const auto report = prometheus(server.url());
  EXPECT_TRUE(report.ok);
  EXPECT_FALSE(report.current);
  EXPECT_THAT(report.warnings, testing::Contains(HasSubstr("too old")));
}

TEST_F(ProbeTest, UnknownNameNothingListeningNoTlsAndAStrangersCertificate) {
  const auto unknown = prometheus("http://no-such-host.invalid");
  EXPECT_FALSE(unknown.ok);
  EXPECT_THAT(unknown.advice, testing::AnyOf(HasSubstr("DNS"), HasSubstr("try again")));
  std::uint16_t port = 0;
  {
    ProviderServer gone;
    port = gone.port();
  }
  EXPECT_THAT(prometheus(fmt::format("http://127.0.0.1:{}", port)).advice, HasSubstr("firewall"));
  ProviderServer plain;
  EXPECT_THAT(prometheus(fmt::format("https://127.0.0.1:{}", plain.port())).advice,
              HasSubstr("does not speak TLS"));
  const auto authority = test::make_authority("ca");
  const auto identity = test::make_identity(authority, "127.0.0.1", "IP:127.0.0.1");
  ProviderServer secured(http::ServerTls{identity.certificate_pem, identity.private_key_pem, {}});
  EXPECT_THAT(prometheus(secured.url()).advice, HasSubstr("caFile"));
}

TEST_F(ProbeTest, WindowsAndRecordingsNeedNoNetwork) {
  const auto windows =
      ask("type: static-windows, windows: [{start: \"00:00\", end: \"24:00\"}], intensity: {green: "
          "80, other: 420}");
  EXPECT_TRUE(windows.ok);
  EXPECT_EQ(windows.green, true);
  EXPECT_EQ(windows.current, 80);
  TempFile tape("time,intensity\n2020-01-01T00:00Z,100\n2020-01-01T01:00Z,200\n");
  EXPECT_THAT(render(ask("type: replay, file: " + tape.path())), HasSubstr("shift: true"));
  EXPECT_EQ(ask("type: replay, shift: true, file: " + tape.path()).current, 100);
}

TEST_F(ProbeTest, TheSignalServiceAnswersOnce) {
  ProviderServer server;
  server.answer("/v1/signal", R"({"zone":"Z","green":true,"kind":"marginal","forecast":[
      {"from":"2026-11-24T12:00:00Z","intensity":100},{"from":"2026-11-24T13:00:00Z","intensity":50}]})");
  const std::string fields = "type: karbonetes-signal, url: \"" + server.url() + '"';
  const auto other = ask(fields);
  EXPECT_FALSE(other.ok);
  EXPECT_THAT(other.problem, HasSubstr("kind: marginal"));
  const auto report = ask(fields + ", kind: marginal");
  EXPECT_TRUE(report.ok) << report.problem;
  EXPECT_EQ(report.green, true);
  EXPECT_EQ(report.current, 100);
  EXPECT_EQ(report.kind, carbon::KindTag::Marginal);
  EXPECT_FALSE(ask(fields + ", kind: marginal, zone: Y").ok);
}

}  // namespace
}  // namespace karbonetes::providers
