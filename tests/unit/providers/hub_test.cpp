// The hub over real servers: chains, failover in the middle, return, and what is announced.
#include "providers/hub.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "eventually.hpp"
#include "provider_server.hpp"
#include "providers/config.hpp"
#include "temp_file.hpp"

namespace karbonetes::providers {
namespace {

using carbon::Freshness;
using testing::HasSubstr;

constexpr const char* kQuery = "/api/v1/query";

class HubTest : public testing::Test {
 protected:
  std::unique_ptr<SignalHub> make(const std::string& yaml) {
    auto sources = parse_signal_config(yaml);
    EXPECT_TRUE(sources) << sources.error().message;
    auto hub = make_hub(std::move(*sources), clock, metrics);
    EXPECT_TRUE(hub) << hub.error().message;
    return std::move(*hub);
  }
  std::string prometheus(const char* name, const ProviderServer& server,
                         const char* kind = "average", const char* zone = "DE") {
    return fmt::format(
        "  - {{name: {}, type: prometheus, url: \"{}\", query: q, kind: {}, zone: {}, refresh: "
        "1s}}\n",
        name, server.url(), kind, zone);
  }
  static std::string source(const SignalHub& hub, const char* chain) {
    return hub.current()->by_source.at(chain)->source;
  }
  double active(const char* chain, const char* name) {
    return metrics
        .gauge("karbonetes_signal_source_active",
               "1 for the source that a chain of carbon sources uses, else 0",
               {{"chain", chain}, {"source", name}})
        .value();
  }
  double failovers(const char* chain) {
    return metrics
        .counter("karbonetes_signal_failovers_total",
                 "Changes of the source that a chain of carbon sources uses", {{"chain", chain}})
        .value();
  }
  std::string now_vector(double grams) {
    return vector_of(grams, std::chrono::floor<Seconds>(clock.now()).time_since_epoch().count());
  }

  SystemClock clock;
  metrics::Registry metrics;
  Changes changes;
};

TEST_F(HubTest, BeforeTheFirstAnswerEverythingIsThereAndUnknown) {
  ProviderServer server;
  const auto hub =
      make("sources:\n" + prometheus("a", server) + prometheus("b", server, "marginal") +
           "  - {name: night, type: static-windows, windows: [{start: \"00:00\", end: "
           "\"24:00\"}]}\n");
  const auto signals = hub->current();
  EXPECT_EQ(signals->default_source, "a");
  EXPECT_EQ(signals->by_zone.at("DE"), "a");
  ASSERT_EQ(signals->by_source.size(), 3U);
  EXPECT_EQ(carbon::freshness(*signals->by_source.at("a"), clock.now()), Freshness::Unknown);
  EXPECT_EQ(signals->by_source.at("night")->source, "night");
  EXPECT_TRUE(signals->by_source.at("night")->green);
  EXPECT_EQ(failovers("a"), 0);
  const auto sources = hub->sources();
  ASSERT_EQ(sources.size(), 3U);
  EXPECT_EQ(sources[0].type, "prometheus");
  EXPECT_EQ(sources[1].kind, carbon::KindTag::Marginal);
  EXPECT_FALSE(sources[2].kind);
  EXPECT_FALSE(sources[0].last_answer);
}

TEST_F(HubTest, FailsOverInTheMiddleAndComesBack) {
  ProviderServer first, second;
  first.answer(kQuery, now_vector(100));
  second.answer(kQuery, now_vector(200));
  const auto hub = make("sources:\n" + prometheus("a", first) + prometheus("b", second));
  hub->start(changes.callback());
  ASSERT_TRUE(changes.until([&] { return source(*hub, "a") == "a" && source(*hub, "b") == "b"; }));
  EXPECT_EQ(active("a", "a"), 1);
  EXPECT_EQ(active("a", "b"), 0);
  first.answer(kQuery, {500, {}, ""});
  ASSERT_TRUE(changes.until([&] { return source(*hub, "a") == "b"; }, Seconds(20)));
  EXPECT_GE(changes.count(), 2);
  EXPECT_EQ(active("a", "b"), 1);
  EXPECT_EQ(active("a", "a"), 0);
  EXPECT_EQ(failovers("a"), 1);
  EXPECT_EQ(failovers("b"), 0);
  EXPECT_EQ(hub->current()->by_source.at("a")->forecast->kind(), carbon::KindTag::Average);
  EXPECT_THAT(hub->sources()[0].last_error, HasSubstr("500"));

  const int before = first.asked();
  first.answer(kQuery, now_vector(110));
  ASSERT_TRUE(changes.until([&] { return source(*hub, "a") == "a"; }, Seconds(20)));
  EXPECT_GE(first.asked() - before, 3);
  EXPECT_EQ(failovers("a"), 2);
  hub->stop();
}

TEST_F(HubTest, MarginalNeverStandsInForAverageButWindowsDo) {
  ProviderServer broken, marginal;
  broken.answer(kQuery, {403, {}, ""});
  marginal.answer(kQuery, now_vector(500));
  const auto hub = make(
      "sources:\n" + prometheus("a", broken) + prometheus("m", marginal, "marginal") +
      "  - {name: night, type: static-windows, windows: [{start: \"00:00\", end: \"24:00\"}]}\n");
  hub->start(changes.callback());
  ASSERT_TRUE(changes.until([&] { return source(*hub, "a") == "night"; }, Seconds(20)));
  ASSERT_TRUE(changes.until([&] { return source(*hub, "m") == "m"; }, Seconds(20)));
  EXPECT_EQ(carbon::state_at(*hub->current()->by_source.at("a"), clock.now()),
            carbon::GreenState::Green);
  hub->stop();
}

TEST_F(HubTest, AMissingSecretStopsNobodyElse) {
  ProviderServer maps, prom;
  prom.answer(kQuery, now_vector(300));
  const auto hub = make(fmt::format(
      "sources:\n  - {{name: maps, type: electricity-maps, zone: DE, url: \"{}\", tokenFile: "
      "/nonexistent/token, refresh: 1s}}\n{}",
      maps.url(), prometheus("prom", prom)));
  hub->start(changes.callback());
  ASSERT_TRUE(changes.until([&] { return source(*hub, "maps") == "prom"; }, Seconds(20)));
  EXPECT_THAT(hub->sources()[0].last_error, HasSubstr("/nonexistent/token"));
  EXPECT_EQ(maps.asked(), 0);
  hub->stop();
}

TEST_F(HubTest, AgeingIsAnnouncedWithoutAFetch) {
  ManualClock manual(*parse_rfc3339("2026-11-24T12:00:00Z"));
  TempFile tape("time,intensity\n2026-01-01T00:00Z,100\n2026-01-01T01:00Z,200\n");
  auto sources = parse_signal_config(fmt::format(
      "sources: [{{name: tape, type: replay, file: {}, shift: true, loop: true, refresh: 1h}}]",
      tape.path()));
  ASSERT_TRUE(sources);
  auto hub = make_hub(std::move(*sources), manual, metrics);
  ASSERT_TRUE(hub);
  (*hub)->start(changes.callback());
  ASSERT_TRUE(
      changes.until([&] { return source(**hub, "tape") == "tape" && changes.count() >= 1; }));
  const int before = changes.count();
  manual.advance(std::chrono::hours(4));
  EXPECT_TRUE(changes.until([&] { return changes.count() > before; }));
  EXPECT_EQ(carbon::freshness(*(*hub)->current()->by_source.at("tape"), manual.now()),
            Freshness::Stale);
  (*hub)->stop();
  (*hub)->stop();
}

TEST_F(HubTest, WithoutASourceThereIsNone) {
  EXPECT_THAT(make_hub({}, clock, metrics).error().message, HasSubstr("at least one"));
  auto sources = parse_signal_config(
      "sources: [{name: a, type: karbonetes-signal, url: \"https://127.0.0.1:1\", caFile: "
      "/nonexistent}]");
  ASSERT_TRUE(sources);
  EXPECT_THAT(make_hub(std::move(*sources), clock, metrics).error().message,
              testing::AllOf(HasSubstr("source \"a\""), HasSubstr("/nonexistent")));
}

}  // namespace
}  // namespace karbonetes::providers
