#include "simulate/input/trace_file.hpp"

#include <gmock/gmock.h>

#include <random>

namespace karbonetes::simulate {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TimePoint at(const char* text) { return *parse_rfc3339(text); }

std::vector<Trace> read(std::string_view text, TraceOptions options = {}) {
  if (options.file.empty()) options.file = "dir/de.csv";
  auto traces = read_traces(text, options);
  EXPECT_TRUE(traces) << traces.error().message;
  return traces ? std::move(*traces) : std::vector<Trace>();
}
std::vector<double> values(const Trace& trace) {
  return {trace.actual->values().begin(), trace.actual->values().end()};
}

TEST(TraceFile, Generic) {
  const auto traces =
      read("time,intensity\n2026-01-01T00:00:00Z,100\n2026-01-01T01:00:00Z,200.5\n");
  ASSERT_EQ(traces.size(), 1U);
  EXPECT_EQ(traces[0].zone, "de") << "of the file's name";
  EXPECT_EQ(traces[0].actual->begin(), at("2026-01-01T00:00:00Z"));
  EXPECT_EQ(traces[0].actual->end(), at("2026-01-01T02:00:00Z")) << "as long as the commonest step";
  EXPECT_THAT(values(traces[0]), ElementsAre(100, 200.5));
  EXPECT_THAT(traces[0].notes, IsEmpty());
}

TEST(TraceFile, ElectricityMapsPortalTakesTheLifeCycle) {
  const char* text =
      "Datetime (UTC),Country,Zone name,Zone id,Carbon intensity gCO₂eq/kWh (direct),Carbon "
      "intensity gCO₂eq/kWh (Life cycle),Carbon-free energy percentage (CFE%),Data source\n"
      "2021-01-01 00:00:00,Australia,South Australia,AU-SA,124.75,189.38,67.09,opennem.org.au\n"
      "2021-01-01 01:00:00,Australia,South Australia,AU-SA,124.24,187.42,67.79,opennem.org.au\n";
  const auto traces = read(text);
  EXPECT_EQ(traces.at(0).zone, "AU-SA");
  EXPECT_THAT(values(traces[0]), ElementsAre(189.38, 187.42));
  TraceOptions direct;
  direct.column = "direct";
  EXPECT_THAT(values(read(text, direct).at(0)), ElementsAre(124.75, 124.24));
}

TEST(TraceFile, ElectricityMapsAcademic) {
  const auto traces = read(
      "datetime,timestamp,zone_name,carbon_intensity_avg,power_production_wind_avg\n"
      "2020-01-01 00:00:00+00:00,1577836800,DE,300,1\n2020-01-01 "
      "01:00:00+00:00,1577840400,DE,310,2\n");
  EXPECT_EQ(traces.at(0).zone, "DE");
  EXPECT_THAT(values(traces[0]), ElementsAre(300, 310));
}

TEST(TraceFile, ElectricityMapsApi) {
  TraceOptions options;
  options.file = "history.json";
  const auto traces = read(
      R"({"zone":"DE","history":[{"zone":"DE","carbonIntensity":302,"datetime":"2026-01-01T00:00:00.000Z"},
          {"zone":"DE","carbonIntensity":298,"datetime":"2026-01-01T01:00:00.000Z"}]})",
      options);
  EXPECT_EQ(traces.at(0).zone, "DE");
  EXPECT_THAT(values(traces[0]), ElementsAre(302, 298));
}

TEST(TraceFile, NesoFallsBackToTheForecast) {
  const auto traces = read(
      "datetime,forecast,actual,index\n2026-01-01T00:00,190,183,moderate\n"
      "2026-01-01T00:30,180,,moderate\n2026-01-01T01:00,170,171,low\n");
  EXPECT_THAT(values(traces.at(0)), ElementsAre(183, 180, 171));
  EXPECT_THAT(traces[0].notes, Contains(HasSubstr("1 rows have no actual intensity")));
  const auto api = read(
      R"({"data":[{"from":"2026-01-01T00:00Z","to":"2026-01-01T00:30Z","intensity":{"forecast":190,"actual":183}},
          {"from":"2026-01-01T00:30Z","to":"2026-01-01T01:00Z","intensity":{"forecast":180,"actual":null}}]})");
  EXPECT_THAT(values(api.at(0)), ElementsAre(183, 180));
  EXPECT_THAT(api[0].notes,
              Contains(HasSubstr("1 rows have no actual intensity (first in entry 2)")));
  const auto download = read(
      "Datetime (UTC),Forecast Carbon Intensity (gCO2/kWh),Actual Carbon Intensity "
      "(gCO2/kWh),Index\n2026-01-01T00:00Z,190,183,moderate\n2026-01-01T00:30Z,180,,low\n");
  EXPECT_THAT(values(download.at(0)), ElementsAre(183, 180)) << "whichever column comes first";
}

TEST(TraceFile, EnergyCharts) {
  const auto traces = read(
      R"({"unix_seconds":[1767225600,1767226500,1767227400,1767228300],"co2eq":[300.5,null,310,305],"substitute":false})");
  EXPECT_THAT(values(traces.at(0)), ElementsAre(300.5, 300.5, 310, 305))
      << "the value before holds on";
  EXPECT_THAT(traces[0].notes, Contains(HasSubstr("1 rows have no value (first in entry 2)")));
  const auto begun = read(
      R"({"unix_seconds":[1767225600,1767226500],"co2eq":[300.5,null],"co2eq_forecast":[1,2]})");
  EXPECT_THAT(values(begun.at(0)), ElementsAre(300.5, 2)) << "not yet known: the forecast";
}

// The site's own export: units below the header, no zone, offsets in the times.
TEST(TraceFile, EnergyChartsCsv) {
  const auto traces = read(
      "\"Date (GMT+1)\",\"CO2 emissions\"\n,\"CO2eq (g/kWh)\"\n2026-01-01T00:00+01:00,300\n"
      "2026-01-01T00:15+01:00,301\n");
  EXPECT_EQ(traces.at(0).actual->begin(), at("2025-12-31T23:00:00Z"));
  EXPECT_THAT(values(traces[0]), ElementsAre(300, 301));
}

TEST(TraceFile, WattTimeIsMarginalAndConverted) {
  const auto csv = read("timestamp,MOER\n2026-01-01T00:00:00Z,1000\n2026-01-01T00:05:00Z,500\n");
  EXPECT_EQ(csv.at(0).actual->kind(), carbon::KindTag::Marginal);
  EXPECT_NEAR(csv[0].actual->values()[0], 453.59237, 1e-9);
  const auto api = read(
      R"({"data":[{"point_time":"2026-01-01T00:00:00+00:00","value":870},
          {"point_time":"2026-01-01T00:05:00+00:00","value":880}],
          "meta":{"region":"CAISO_NORTH","units":"lbs_co2_per_mwh"}})");
  EXPECT_EQ(api.at(0).zone, "CAISO_NORTH");
  EXPECT_NEAR(api[0].actual->values()[0], 870 * 0.45359237, 1e-9);
}

TEST(TraceFile, WattTimeUnits) {
  // Version 2 names no unit, and the zone in each entry.
  const auto old = read(
      R"([{"point_time":"2026-01-01T00:00:00Z","value":1000,"ba":"CAISO_NORTH","datatype":"MOER"},
          {"point_time":"2026-01-01T00:05:00Z","value":1000,"ba":"CAISO_NORTH","datatype":"MOER"}])");
  EXPECT_EQ(old.at(0).zone, "CAISO_NORTH");
  EXPECT_EQ(old[0].actual->kind(), carbon::KindTag::Marginal);
  EXPECT_NEAR(old[0].actual->values()[0], 453.59237, 1e-9);
  const auto average = read(
      R"({"data":[{"point_time":"2026-01-01T00:00:00Z","value":1000},
          {"point_time":"2026-01-01T00:05:00Z","value":1000}],
          "meta":{"region":"PJM","signal_type":"co2_aoer","units":"pounds_co2_per_mwh"}})");
  EXPECT_EQ(average.at(0).actual->kind(), carbon::KindTag::Average);
  EXPECT_NEAR(average[0].actual->values()[0], 453.59237, 1e-9);
}

TEST(TraceFile, UnitsOfColumnsAreConverted) {
  for (const auto& [header, grams] :
       std::vector<std::pair<std::string, double>>{{"Carbon intensity (kgCO2eq/kWh)", 2000},
                                                   {"carbon_intensity_kgco2_per_mwh", 2},
                                                   {"Carbon intensity tCO2/MWh", 2000},
                                                   {"Carbon intensity (lb/MWh)", 0.90718474},
                                                   {"CO2 gCO2/kWh", 2}}) {
    const auto traces =
        read("time," + header + "\n2026-01-01T00:00:00Z,2\n2026-01-01T01:00:00Z,2\n");
    EXPECT_NEAR(traces.at(0).actual->values()[0], grams, 1e-9) << header;
    EXPECT_EQ(traces[0].actual->kind(), carbon::KindTag::Average) << header;
    EXPECT_EQ(traces[0].notes.size(), grams == 2 ? 0U : 1U) << header;
  }
  const auto marginal =
      read("time,marginal_carbon_intensity\n2026-01-01T00:00:00Z,-3\n2026-01-01T01:00:00Z,2\n");
  EXPECT_EQ(marginal.at(0).actual->kind(), carbon::KindTag::Marginal);
}

TEST(TraceFile, TheColumnAskedForIsTheOneOfThatName) {
  TraceOptions options;
  options.column = "Intensity";
  EXPECT_THAT(values(read("time,carbon_intensity_direct,intensity\n2026-01-01T00:00:00Z,1,2\n"
                          "2026-01-01T01:00:00Z,1,3\n",
                          options)
                         .at(0)),
              ElementsAre(2, 3));
}

TEST(TraceFile, LetsWaitAwhile) {
  const auto traces =
      read("Time,Carbon Intensity\n2020-01-01 00:00:00,300\n2020-01-01 00:30:00,1\n");
  EXPECT_EQ(traces.at(0).actual->begin(), at("2020-01-01T00:00:00Z")) << "UTC is meant";
  EXPECT_THAT(values(traces[0]), ElementsAre(300, 1));
}

TEST(TraceFile, SeveralZonesInOneFile) {
  const auto traces = read(
      "time,zone,intensity\n2026-01-01T00:00:00Z,DE,1\n2026-01-01T00:00:00Z,FR,2\n"
      "2026-01-01T01:00:00Z,FR,3\n2026-01-01T01:00:00Z,DE,4\n");
  ASSERT_EQ(traces.size(), 2U);
  EXPECT_EQ(traces[0].zone, "DE");
  EXPECT_THAT(values(traces[0]), ElementsAre(1, 4));
  EXPECT_THAT(values(traces[1]), ElementsAre(2, 3));
}

TEST(TraceFile, MendsAndSaysSo) {
  const auto traces = read(
      "time,intensity\n2026-01-01T03:00:00Z,4\n2026-01-01T00:00:00Z,1\n2026-01-01T00:00:00Z,9\n"
      "2026-01-01T01:00:00Z,2\n2026-01-01T04:00:00Z,5\n2026-01-01T05:00:00Z,6\n"
      "2026-01-01T05:30:00Z,7\n2026-01-01T06:30:00Z,8\n");
  const Trace& trace = traces.at(0);
  EXPECT_EQ(trace.actual->regular_step(), minutes(30)) << "the same function in regular steps";
  EXPECT_EQ(trace.actual->at(at("2026-01-01T00:10:00Z")), 1) << "the first of two";
  EXPECT_EQ(trace.actual->at(at("2026-01-01T02:59:00Z")), 2);
  EXPECT_EQ(trace.actual->at(at("2026-01-01T03:00:00Z")), 4) << "any order";
  EXPECT_EQ(trace.actual->at(at("2026-01-01T05:45:00Z")), 7);
  EXPECT_THAT(
      trace.notes,
      ElementsAre("1 instants come more than once (first in line 4), 1 of them with another "
                  "value; the first value of each holds",
                  "1 steps of 1h are missing (first before line 2); the value before holds on",
                  "1 steps are not 1h long; each holds until the next"));
}

TEST(TraceFile, ALongGapIsAnErrorUnlessAllowed) {
  const char* text =
      "time,intensity\n2026-01-01T00:00:00Z,1\n2026-01-01T01:00:00Z,1\n2026-01-01T07:00:00Z,2\n";
  TraceOptions options;
  options.file = "de.csv";
  const auto refused = read_traces(text, options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(
      refused.error().message,
      "de.csv:4: nothing is known of \"de\" from 2026-01-01T02:00:00Z to 2026-01-01T07:00:00Z; "
      "give a file without that gap, or allow it with --longest-gap 5h");
  options.longest_gap = hours(5);
  EXPECT_TRUE(read_traces(text, options));
}

// Europe/Berlin, autumn: 02:00 to 03:00 comes twice; spring: it does not come.
TEST(TraceFile, LocalTimesOverTheChangeOfClocks) {
  TraceOptions berlin;
  berlin.time_zone = "Europe/Berlin";
  const auto autumn = read(
      "time,intensity\n2026-10-25 01:00,1\n2026-10-25 02:00,2\n2026-10-25 02:00,3\n2026-10-25 "
      "03:00,4\n",
      berlin);
  EXPECT_EQ(autumn.at(0).actual->begin(), at("2026-10-24T23:00:00Z"));
  EXPECT_THAT(values(autumn[0]), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(autumn[0].notes,
              Contains(HasSubstr("2 rows lie in an hour that the clock showed twice")));
  const auto spring = read("time,intensity\n2026-03-29 01:00,1\n2026-03-29 03:00,2\n", berlin);
  EXPECT_THAT(values(spring.at(0)), ElementsAre(1, 2)) << "one hour later";
  EXPECT_THAT(spring[0].notes, IsEmpty());
  EXPECT_EQ(read("time,intensity\n2026-07-01T00:00:00Z,1\n2026-07-01T01:00:00Z,1\n", berlin)
                .at(0)
                .actual->begin(),
            at("2026-07-01T00:00:00Z"))
      << "an offset is an offset";
}

TEST(TraceFile, LocalTimesOfSeveralZonesAndNewestFirst) {
  TraceOptions berlin;
  berlin.time_zone = "Europe/Berlin";
  const auto two = read(
      "time,zone,intensity\n2026-10-25 01:00,DE,1\n2026-10-25 01:00,FR,10\n2026-10-25 "
      "02:00,DE,2\n2026-10-25 02:00,FR,20\n2026-10-25 02:00,DE,3\n2026-10-25 02:00,FR,30\n",
      berlin);
  EXPECT_THAT(values(two.at(0)), ElementsAre(1, 2, 3));
  EXPECT_THAT(values(two.at(1)), ElementsAre(10, 20, 30)) << "each zone has an order of its own";
  EXPECT_THAT(values(read("time,intensity\n2026-10-25 03:00,4\n2026-10-25 02:30,3.5\n"
                          "2026-10-25 02:00,3\n2026-10-25 02:30,2.5\n2026-10-25 02:00,2\n"
                          "2026-10-25 01:30,1\n",
                          berlin)
                         .at(0)),
              ElementsAre(1, 2, 2.5, 3, 3.5, 4));
  for (const char* text :
       {"Datetime (UTC),intensity\n2026-07-01 00:00,1\n2026-07-01 01:00,1\n",
        "time,intensity\n2026-07-01T00:00:00+00:00,1\n2026-07-01T01:00:00+00:00,1\n",
        "time,intensity\n1782864000,1\n1782867600000,1\n"}) {
    EXPECT_EQ(read(text, berlin).at(0).actual->begin(), at("2026-07-01T00:00:00Z")) << text;
  }
}

// One second among steps of three hours: a regular trace of it would have millions of points.
TEST(TraceFile, ASmallFileStaysSmall) {
  std::string text = "time,intensity\n0,1\n1,1\n";
  for (int i = 1; i < 460; ++i) text += std::to_string(i * 10'800) + ",2\n";
  EXPECT_EQ(read(text).at(0).actual->values().size(), 461U);
}

TEST(TraceFile, ErrorsNeverEchoWhatIsLongOrUnprintable) {
  const std::string noise = std::string(3000, 'z') + "\x1b\x01";
  TraceOptions options;
  options.file = "de.csv";
  for (const std::string& text :
       {"time,intensity\n" + noise + ",1\n", "time,intensity\n2026-01-01T00:00:00Z," + noise + "\n",
        "time,zone,intensity\n2026-01-01T00:00:00Z,\"" + noise + "\",1\n",
        "time,intensity,kind\n2026-01-01T00:00:00Z,1," + noise + "\n", "{\"" + noise + "\":1}",
        "[" + noise + "]", "[1e" + std::string(3000, '9') + "]",
        R"([{"datetime":")" + noise.substr(0, 3000) + R"(","carbonIntensity":1}])",
        R"([{"datetime":"2026-01-01T00:00:00Z","carbonIntensity":")" + noise.substr(0, 3000) +
            R"("}])"}) {
    const auto refused = read_traces(text, options);
    ASSERT_FALSE(refused);
    EXPECT_LT(refused.error().message.size(), 300U) << refused.error().message;
    for (const char c : refused.error().message) ASSERT_TRUE(c >= ' ' && c <= '~');
  }
}

struct Malformed {
  const char* text;
  const char* told;
};
class MalformedTrace : public testing::TestWithParam<Malformed> {};

TEST_P(MalformedTrace, SaysWhereAndWhatToWriteInstead) {
  TraceOptions options;
  options.file = "de.csv";
  const auto refused = read_traces(GetParam().text, options);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, testing::StartsWith("de.csv"));
  EXPECT_THAT(refused.error().message, HasSubstr(GetParam().told));
}

constexpr Malformed kMalformed[] = {
    {"", "de.csv:1: the file is empty; write a header"},
    {"\n\n# nothing\n", "the file is empty"},
    {"a,b\n1,2\n", "de.csv:1: no column is the time"},
    {"time,b\n1,2\n", "de.csv:1: no column is the carbon intensity; name it intensity"},
    {"time,intensity\n", "there is no row"},
    {"time,intensity\n2026-01-01T00:00:00Z,1\n", "a trace needs two instants"},
    {"time,intensity\nyesterday,1\n", "de.csv:2: the time is \"yesterday\"; write RFC 3339"},
    {"time,intensity\n2026-13-01T00:00:00Z,1\n", "de.csv:2: the time is"},
    {"time,intensity\n-5,1\n", "de.csv:2: the time is \"-5\""},
    {"time,intensity\n2026-01-01T00:00:00Z,many\n", "de.csv:2: the intensity is \"many\"; write"},
    {"time,intensity\n2026-01-01T00:00:00Z,-1\n", "de.csv:2: the intensity is \"-1\""},
    {"time,intensity\n2026-01-01T00:00:00Z,1e9\n", "from 0 to 100000"},
    {"time,intensity\n2026-01-01T00:00:00Z,inf\n", "de.csv:2: the intensity is"},
    {"time,intensity\n2026-01-01T00:00:00Z,\"1\n", "de.csv:2: a cell in double quotes"},
    {"time,intensity\n2026-01-01T00:00:00Z,1,2\n", "de.csv:2: 3 cells"},
    {"time,intensity,kind\n2026-01-01T00:00:00Z,1,both\n", "the kind is \"both\"; write average"},
    {"time,intensity,kind\n2026-01-01T00:00:00Z,1,average\n2026-01-01T01:00:00Z,1,marginal\n",
     "de.csv:3: average and marginal intensity in one zone"},
    {"time,time,intensity\n", "de.csv:1: the header names the column \"time\" twice"},
    {"datetime,forecast,actual\n2026-01-01T00:00,a,b\n", "de.csv:2: the intensity is \"b\""},
    {"point_time,value\n2026-01-01T00:00:00Z,x\n", "de.csv:2: the intensity is \"x\""},
    {"timestamp,MOER\nnow,1\n", "de.csv:2: the time is \"now\""},
    {"{", "de.csv:1: what ends at column 2 is not JSON; give the whole file"},
    {"\n{\n\"history\": [\n{\"datetime\": }\n]}", "de.csv:4: what ends at column 14 is not JSON"},
    {"[{\"datetime\":\"2026-01-01T00:00:00Z\",\"carbonIntensity\":1e999}]",
     "a number is too large; write gCO2eq/kWh"},
    {"{}", "no list of intensities"},
    {"[]", "no entry with a time"},
    {"[1]", "entry 1 has no time; write datetime and carbonIntensity"},
    {R"([{"datetime":"x","carbonIntensity":1}])", "entry 1: the time is \"x\""},
    {R"([{"datetime":"2026-01-01T00:00:00Z","carbonIntensity":"1"}])", "entry 1: the intensity is"},
    {R"({"history":{}})", "no list of intensities"},
    {R"({"history":[{"carbonIntensity":1}]})", "entry 1 has no time"},
    {R"({"unix_seconds":[1],"co2eq":[]})", "arrays of one length"},
    {R"({"unix_seconds":1,"co2eq":2})", "arrays of one length"},
    {R"({"unix_seconds":["x"],"co2eq":[1]})", "entry 1: the time is \"x\""},
    {R"({"data":[{"from":"2026-01-01T00:00Z","intensity":{"actual":-4}}]})",
     "entry 1: the intensity is \"-4\""},
    {R"({"data":[{"point_time":"2026-01-01T00:00:00Z","value":1}],"meta":{"units":"lbs"}})",
     "meta.units is \"lbs\"; give a carbon intensity, e.g. in lbs_co2_per_mwh"},
    {R"({"data":[{"point_time":"2026-01-01T00:00:00Z","value":1}],"meta":{"units":"$_per_mwh"}})",
     "meta.units is \"$_per_mwh\""},
    {R"([{"datetime":"2026-01-01T00:00:00Z","carbonIntensity":7}])",
     "de.csv: entry 1: the only instant with a value of zone \"de\""},
    {R"([{"datetime":"2026-01-01T00:00:00Z","carbonIntensity":null}])",
     "de.csv: entry 1: zone \"de\" has no value in any row; write two"},
    {"time,intensity\n2026-01-01T00:00:00Z,\n", "de.csv:2: zone \"de\" has no value in any row"},
    {"time;intensity\n2026-01-01T00:00:00Z;412,5\n",
     "de.csv:2: the intensity is \"412,5\"; write gCO2eq/kWh from 0 to 100000 (marginal: from "
     "-100000), with a decimal point"},
    {"time,zone,intensity\n2026-01-01T00:00:00Z,\"D\x1b[31mE\",1\n",
     "de.csv:2: the zone is \"D?[31mE\"; write at most 253 bytes"},
    {"\"Date (GMT+1)\",CO2\n,t\n2026-01-01T00:00+01:00,1\n",
     "de.csv:1: no column is the carbon intensity"},
};
INSTANTIATE_TEST_SUITE_P(All, MalformedTrace, testing::ValuesIn(kMalformed));

TEST(TraceFile, UnknownZonesAndColumnsAreTold) {
  TraceOptions options;
  options.file = "de.csv";
  options.time_zone = "Mars/Olympus";
  const auto zone = read_traces("time,intensity\n", options);
  ASSERT_FALSE(zone);
  EXPECT_THAT(zone.error().message, HasSubstr("write an IANA name such as Europe/Berlin"));
  options.time_zone = "UTC";
  options.column = "median";
  const auto column = read_traces("time,intensity\n", options);
  ASSERT_FALSE(column);
  EXPECT_THAT(column.error().message, HasSubstr("de.csv:1: there is no column \"median\""));
}

TEST(TraceFile, SurvivesAnyBytesAndEveryTruncation) {
  const std::string samples[] = {
      "time,zone,intensity\n2026-01-01T00:00:00Z,DE,1\n2026-01-01T01:00:00Z,DE,2\n",
      R"({"history":[{"zone":"DE","carbonIntensity":302,"datetime":"2026-01-01T00:00:00.000Z"}]})",
      R"({"unix_seconds":[1767225600,1767226500],"co2eq":[300.5,null]})",
      "Datetime (UTC),Zone id,CO₂ (Life cycle) g/kWh\r\n\"2021-01-01\",\"A\"\"U\",1\r\n",
      "datetime,forecast,actual\n2026-01-01T00:00,1,2\n2026-10-25T02:00,3,\n",
      "\"Date (GMT+1)\",CO2\n,CO2eq (g/kWh)\n2026-01-01T00:00+01:00,300\n",
      R"({"data":[{"from":"2026-01-01T00:00Z","intensity":{"forecast":1,"actual":null}}]})",
      R"({"data":[{"point_time":"2026-01-01T00:00Z","value":8}],"meta":{"region":"X","units":"lb/MWh"}})",
      "point_time,value\n2026-01-01T00:00:00Z,870\n2026-01-01T00:05:00Z,880\n"};
  std::mt19937 random(1);
  TraceOptions options;
  options.file = "x";
  options.time_zone = "Europe/Berlin";
  for (const auto& sample : samples) {
    for (std::size_t n = 0; n <= sample.size(); ++n)
      (void)read_traces(sample.substr(0, n), options);
    for (int i = 0; i < 1'500; ++i) {
      std::string text = sample;
      for (int k = 0; k < 4; ++k) text[random() % text.size()] = static_cast<char>(random());
      const auto traces = read_traces(text, options);
      if (!traces) {
        EXPECT_LT(traces.error().message.size(), 600U);
      }
    }
  }
}

}  // namespace
}  // namespace karbonetes::simulate
