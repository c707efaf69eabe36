#include "providers/signal_config.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "providers/config.hpp"
#include "temp_file.hpp"

namespace karbonetes::providers {
namespace {

using carbon::KindTag;
using std::chrono::hours;
using std::chrono::minutes;
using testing::AllOf;
using testing::HasSubstr;

std::string one(const std::string& fields) { return "sources:\n  - name: a\n" + fields; }

std::string refusal(const std::string& yaml) {
  const auto sources = parse_signal_config(yaml);
  return sources ? "accepted" : sources.error().message;
}

TEST(SignalConfig, EveryTypeInItsShortestForm) {
  const auto sources = parse_signal_config(R"(
sources:
  - {name: uk, type: gb-carbon-intensity}
  - {name: de, type: energy-charts, country: DE}
  - {name: maps, type: electricity-maps, zone: FR, tokenFile: /t}
  - {name: wt, type: watttime, region: CAISO_NORTH, usernameFile: /u, passwordFile: /p}
  - {name: sdk, type: carbon-aware-sdk, url: "http://sdk", kind: marginal, location: westeurope}
  - {name: prom, type: prometheus, url: "http://prom:9090", query: up, kind: average}
  - {name: svc, type: karbonetes-signal, url: "http://svc"}
  - {name: tape, type: replay, file: /tape.csv, shift: true, speed: 360}
  - {name: night, type: static-windows, timeZone: Europe/Berlin, windows: [{start: "22:00", end: "06:00"}]}
)");
  ASSERT_TRUE(sources) << sources.error().message;
  ASSERT_EQ(sources->size(), 9U);
  const auto& s = *sources;
  EXPECT_EQ(s[0].zone, "GB");
  EXPECT_EQ(s[0].kind, KindTag::Average);
  EXPECT_EQ(s[0].refresh, minutes(5));
  EXPECT_EQ(s[0].stale_after, minutes(15));
  EXPECT_EQ(s[0].unknown_after, hours(1));
  EXPECT_EQ(s[0].horizon, hours(24));
  EXPECT_EQ(s[1].zone, "DE");
  EXPECT_EQ(s[1].location, "de");
  EXPECT_EQ(s[2].location, "FR");
  EXPECT_EQ(s[3].kind, KindTag::Marginal);
  EXPECT_EQ(s[3].zone, "CAISO_NORTH");
  EXPECT_EQ(s[4].kind, KindTag::Marginal);
  EXPECT_EQ(s[5].zone, "");
  EXPECT_EQ(s[6].stale_after, Seconds(90));
  EXPECT_EQ(s[7].refresh, Seconds(1));
  EXPECT_FALSE(s[8].kind);
  EXPECT_FALSE(s[8].windows.schedule.empty());
}

TEST(SignalConfig, TimesAreReadAndUnknownAfterFollows) {
  const auto sources = parse_signal_config(
      one("    type: gb-carbon-intensity\n    refresh: 30m\n    horizon: 48h\n    region: 13\n"));
  ASSERT_TRUE(sources) << sources.error().message;
  EXPECT_EQ(sources->front().stale_after, minutes(90));
  EXPECT_EQ(sources->front().unknown_after, hours(6));
  EXPECT_EQ(sources->front().zone, "GB-13");
}

TEST(SignalConfig, AnOwnUrlMayBeAskedEverySecond) {
  EXPECT_THAT(refusal(one("    type: gb-carbon-intensity\n    refresh: 10s\n")),
              AllOf(HasSubstr("line 4"), HasSubstr("refresh must be from 1m")));
  EXPECT_TRUE(parse_signal_config(
      one("    type: gb-carbon-intensity\n    refresh: 1s\n    url: http://127.0.0.1:1/gb\n")));
}

TEST(SignalConfig, RefusalsNameLineFieldAndWhatToWrite) {
  const std::pair<std::string, std::vector<const char*>> cases[] = {
      {"5", {"must be a map", "sources:"}},
      {"", {"must be a map"}},
      {"sources: []", {"line 1", "at least one"}},
      {"source: []", {"unknown field \"source\"", "sources"}},
      {"sources: [5]", {"must be a map with name and type"}},
      {"sources:\n  - type: replay", {"line 2", "name is missing", "name: uk"}},
      {"sources:\n  - name: A_b\n    type: replay", {"line 2", "a-z, 0-9"}},
      {one("    type: gb"), {"line 3", "\"gb\" is not known", "gb-carbon-intensity", "watttime"}},
      {one("    type: gb-carbon-intensity\n    regoin: 3"),
       {"line 4", "unknown field \"regoin\"", "region"}},
      {one("    type: gb-carbon-intensity\n    region: 18"), {"line 4", "1 to 17"}},
      {one("    type: gb-carbon-intensity\n    region: 1.5"), {"whole number"}},
      {one("    type: gb-carbon-intensity\n    region: 3\n    postcode: RG10"), {"keep one"}},
      {one("    type: gb-carbon-intensity\n    kind: marginal"), {"unknown field \"kind\""}},
      {one("    type: gb-carbon-intensity\n    zone: a\n    zone: b"), {"line 5", "given twice"}},
      {one("    type: electricity-maps\n    zone: DE"), {"tokenFile is missing"}},
      {one("    type: electricity-maps\n    tokenFile: /t"), {"location is missing"}},
      {one("    type: electricity-maps\n    zone: DE\n    token: x"), {"unknown field \"token\""}},
      {one("    type: watttime\n    region: X\n    usernameFile: /u"), {"passwordFile"}},
      {one("    type: prometheus\n    url: http://p\n    query: up"), {"kind is missing"}},
      {one("    type: prometheus\n    kind: average\n    query: up"), {"url is missing"}},
      {one("    type: prometheus\n    kind: average\n    url: http://p"), {"query is missing"}},
      {one("    type: prometheus\n    kind: mixed\n    url: http://p\n    query: up"),
       {"average or marginal"}},
      {one("    type: karbonetes-signal\n    url: ftp://p"), {"line 4", "http"}},
      {one("    type: karbonetes-signal\n    url: http://p?x=1"), {"without a query"}},
      {one("    type: karbonetes-signal\n    url: http://p\n    caFile: /ca"), {"not https"}},
      {one("    type: replay"), {"file is missing"}},
      {one("    type: replay\n    file: /f\n    speed: 60"), {"shift: true"}},
      {one("    type: replay\n    file: /f\n    shift: perhaps"), {"true or false"}},
      {one("    type: replay\n    file: /f\n    speed: -1"), {"line 5", "speed"}},
      {one("    type: static-windows"), {"windows is missing"}},
      {one("    type: static-windows\n    windows: [{start: \"25:00\", end: \"06:00\"}]"),
       {"line 4", "start"}},
      {one("    type: static-windows\n    file: /nowhere.yaml"), {"line 4", "/nowhere.yaml"}},
      {one("    type: gb-carbon-intensity\n    refresh: soon"), {"line 4", "refresh"}},
      {one("    type: gb-carbon-intensity\n    staleAfter: 1m"), {"longer than refresh"}},
      {one("    type: gb-carbon-intensity\n    unknownAfter: 1m"), {"shorter than staleAfter"}},
      {one("    type: gb-carbon-intensity\n    horizon: 73h"), {"horizon must be from 1h to 72h"}},
      {"sources:\n  - {name: a, type: gb-carbon-intensity}\n  - {name: a, type: "
       "gb-carbon-intensity}",
       {"line 3", "unique"}},
      {"sources: [", {"not readable as YAML"}},
      {std::string(2u << 20, ' '), {"1 MiB"}},
  };
  for (const auto& [yaml, parts] : cases) {
    for (const char* part : parts)
      EXPECT_THAT(refusal(yaml), HasSubstr(part)) << yaml.substr(0, 200);
  }
}

TEST(SignalConfig, NotMoreThanThirtyTwo) {
  std::string yaml = "sources:\n";
  for (int i = 0; i < 33; ++i)
    yaml += fmt::format("  - {{name: s{}, type: gb-carbon-intensity}}\n", i);
  EXPECT_THAT(refusal(yaml), HasSubstr("more than 32"));
}

TEST(SignalConfig, AFileIsNamedInItsError) {
  TempFile file("sources: 5\n");
  EXPECT_THAT(load_signal_config(file.path()).error().message,
              AllOf(HasSubstr(file.path()), HasSubstr("line 1")));
  EXPECT_FALSE(load_signal_config("/nowhere.yaml"));
}

TEST(Flags, BecomeOneSource) {
  const auto windows = sources_of({});
  ASSERT_TRUE(windows);
  EXPECT_EQ(windows->front().name, "static");
  const auto service = sources_of({"http://127.0.0.1:1", "GB", {}, {}});
  ASSERT_TRUE(service);
  EXPECT_EQ(service->front().name, "karbonetes-signal");
  EXPECT_EQ(service->front().zone, "GB");
  EXPECT_EQ(service->front().unknown_after, Seconds(300));
  EXPECT_FALSE(sources_of({"http://127.0.0.1:1", {}, {}, "/w.yaml"}));
  EXPECT_FALSE(sources_of({"http://127.0.0.1:1", {}, "/ca.pem", {}}));
  EXPECT_FALSE(sources_of({{}, {}, "/ca.pem", {}}));
  EXPECT_FALSE(sources_of({"http://127.0.0.1:1?x", {}, {}, {}}));
  TempFile file("zone: DE\nwindows: []\n");
  EXPECT_EQ(sources_of({{}, {}, {}, file.path()})->front().zone, "DE");
  EXPECT_FALSE(sources_of({{}, "FR", {}, file.path()}));
}

}  // namespace
}  // namespace karbonetes::providers
