#include "ledger/energy.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

namespace karbonetes::ledger {
namespace {

using std::chrono::hours;
using testing::HasSubstr;

Requests requests(double vcpu, double memory_gib) {
  Requests r;
  r.vcpu = vcpu;
  r.memory_gib = memory_gib;
  return r;
}

TEST(Energy, WorkedExampleOfTheDesign) {
  const EnergyModel gcp = model_of(*parse_provider("gcp"));
  const Energy energy = energy_of(requests(4, 16), 1, hours(6), gcp);
  EXPECT_EQ(energy.source, EnergySource::Model);
  // 1.1 x (4 x 2.485 W + 17.18 GB x 0.392 W) x 6 h, from 400 to 150 gCO2eq/kWh.
  EXPECT_NEAR(energy.kwh, 0.11005, 0.00001);
  EXPECT_NEAR(energy.kwh * (400 - 150), 27.5, 0.05);
}

TEST(Energy, EachPartOfTheFormulaCounts) {
  EnergyModel m;
  m.vcpu = {1, 3};
  m.pue = 1.5;
  m.utilisation = 0.25;
  m.memory_kw_per_gb = 0.001;
  m.gpus["X"] = {100, 300};
  m.default_gpu = "X";
  EXPECT_DOUBLE_EQ(kw_per_pod(requests(2, 0), m), 1.5 * 2 * 1.5 / 1000);
  EXPECT_DOUBLE_EQ(kw_per_pod(requests(0, 1), m), 1.5 * 1.073741824 * 0.001);
  Requests gpu;
  gpu.gpus["X"] = 0.5;
  EXPECT_DOUBLE_EQ(kw_per_pod(gpu, m), 1.5 * 0.5 * 150 / 1000);
  EXPECT_EQ(kw_per_pod({}, m), 0);
}

TEST(Energy, RowsOfTheProviders) {
  struct Row {
    const char* name;
    double idle, full, pue;
  };
  for (const Row& row : {Row{"aws", 0.74, 3.5, 1.135}, Row{"GCP", 0.71, 4.26, 1.1},
                         Row{"Azure", 0.78, 3.76, 1.185}}) {
    const auto provider = parse_provider(row.name);
    ASSERT_TRUE(provider);
    const EnergyModel m = model_of(*provider);
    EXPECT_EQ(m.vcpu.idle, row.idle);
    EXPECT_EQ(m.vcpu.full, row.full);
    EXPECT_EQ(m.pue, row.pue);
    EXPECT_EQ(m.utilisation, 0.5);
    EXPECT_EQ(m.memory_kw_per_gb, 0.000392);
    EXPECT_EQ(m.gpus.at("T4").full, 71);
    EXPECT_EQ(m.gpus.at("V100").full, 306);
    EXPECT_EQ(m.gpus.at("A100").full, 407);
    EXPECT_EQ(m.gpus.at("A10G").full, 153);
    EXPECT_TRUE(validate(m));
    EXPECT_EQ(*parse_provider(name(*provider)), *provider);
  }
}

TEST(Energy, UnknownProviderSaysWhatToWrite) {
  const auto unknown = parse_provider("alibaba");
  ASSERT_FALSE(unknown);
  EXPECT_THAT(unknown.error().message, HasSubstr("write \"aws\", \"gcp\" or \"azure\""));
  EXPECT_FALSE(parse_provider(""));
  EXPECT_FALSE(parse_provider(std::string(100'000, 'a')));
}

TEST(Energy, AGpuOfUnknownModelIsTheDefaultOne) {
  EnergyModel m = model_of(CloudProvider::Aws);
  Requests known, unknown, unlisted;
  known.gpus["A100"] = 2;
  unknown.gpus[""] = 2;
  unlisted.gpus["H100"] = 2;
  EXPECT_LT(kw_per_pod(unknown, m), kw_per_pod(known, m));
  m.default_gpu = "A100";
  EXPECT_EQ(kw_per_pod(unknown, m), kw_per_pod(known, m));
  EXPECT_EQ(kw_per_pod(unlisted, m), kw_per_pod(known, m));
  EXPECT_DOUBLE_EQ(kw_per_pod(known, m), 1.135 * 2 * 226.5 / 1000);
}

TEST(Energy, GrowsWithPodsAndTime) {
  const EnergyModel m = model_of(CloudProvider::Azure);
  const double one = energy_of(requests(1, 1), 1, hours(1), m).kwh;
  EXPECT_DOUBLE_EQ(energy_of(requests(1, 1), 7, hours(1), m).kwh, 7 * one);
  EXPECT_DOUBLE_EQ(energy_of(requests(1, 1), 1, hours(7), m).kwh, 7 * one);
  EXPECT_EQ(energy_of(requests(1, 1), 1, hours(-1), m).kwh, 0);
}

TEST(Energy, PodsAtOnce) {
  EXPECT_EQ(pods_at_once(1, 1), 1);
  EXPECT_EQ(pods_at_once(5, 3), 3);
  EXPECT_EQ(pods_at_once(3, 50), 3);
  EXPECT_EQ(pods_at_once(4, -1), 4);
  EXPECT_EQ(pods_at_once(0, 5), 0);
  EXPECT_EQ(pods_at_once(std::numeric_limits<std::int64_t>::min(), 5), 0);
}

TEST(Energy, MeasuredJoulesReplaceTheModel) {
  EnergyModel m = model_of(CloudProvider::Gcp);
  const Energy e = energy_of(Joules{3.6e6, false}, requests(64, 512), 9, hours(9), m);
  EXPECT_EQ(e.source, EnergySource::Measured);
  EXPECT_DOUBLE_EQ(e.kwh, 1.1);
}

TEST(Energy, GpusThatTheMeterDoesNotSeeStayModelled) {
  const EnergyModel m = model_of(CloudProvider::Gcp);
  Requests r = requests(1, 1);
  r.gpus["T4"] = 1;
  const double gpu_kwh = 39.5 / 1000 * 2 * 3;  // two pods, three hours
  EXPECT_DOUBLE_EQ(energy_of(Joules{3.6e6, false}, r, 2, hours(3), m).kwh, 1.1 * (1 + gpu_kwh));
  EXPECT_DOUBLE_EQ(energy_of(Joules{3.6e6, true}, r, 2, hours(3), m).kwh, 1.1);
}

TEST(Energy, AMeasureThatCannotBeIsNotOne) {
  const EnergyModel m = model_of(CloudProvider::Gcp);
  const Energy model = energy_of(requests(1, 1), 1, hours(1), m);
  for (const double joules : {-1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    const Energy e = energy_of(Joules{joules, false}, requests(1, 1), 1, hours(1), m);
    EXPECT_EQ(e.source, EnergySource::Model);
    EXPECT_EQ(e.kwh, model.kwh);
  }
}

TEST(Energy, AConfiguredModelIsChecked) {
  const auto message = [](auto change) {
    EnergyModel m = model_of(CloudProvider::Aws);
    change(m);
    const Status s = validate(m);
    return s ? std::string() : s.error().message;
  };
  EXPECT_THAT(message([](EnergyModel& m) { m.pue = 0.9; }), HasSubstr("pue: write"));
  EXPECT_THAT(message([](EnergyModel& m) { m.pue = std::nan(""); }), HasSubstr("pue: write"));
  EXPECT_THAT(message([](EnergyModel& m) { m.utilisation = 1.1; }),
              HasSubstr("utilisation: write"));
  EXPECT_THAT(message([](EnergyModel& m) { m.memory_kw_per_gb = -1; }), HasSubstr("memoryKwPerGb"));
  EXPECT_THAT(message([](EnergyModel& m) { m.vcpu.full = 0.1; }), HasSubstr("vcpu.full: write"));
  EXPECT_THAT(message([](EnergyModel& m) { m.gpus["H100"] = {700, 60}; }),
              HasSubstr("gpus[\"H100\"].full"));
  EXPECT_THAT(message([](EnergyModel& m) { m.default_gpu = "Z"; }), HasSubstr("defaultGpu: \"Z\""));
}

}  // namespace
}  // namespace karbonetes::ledger
