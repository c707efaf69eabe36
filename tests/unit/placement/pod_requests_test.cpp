#include "placement/pod_requests.hpp"

#include <gmock/gmock.h>

#include <random>

namespace karbonetes::placement {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

PodResourcesText containers(std::string_view text) {
  PodResourcesText out;
  out.containers = text;
  return out;
}

ledger::Requests read(const PodResourcesText& text) {
  const auto r = requests_of(text);
  EXPECT_TRUE(r) << r.error().message;
  return r.value_or(ledger::Requests{});
}

void expect(const ledger::Requests& r, double vcpu, double memory_gib) {
  EXPECT_DOUBLE_EQ(r.vcpu, vcpu);
  EXPECT_DOUBLE_EQ(r.memory_gib, memory_gib);
}

TEST(PodRequests, ContainersAddUp) {
  expect(read(containers(
             R"([{"name":"a","resources":{"requests":{"cpu":"500m","memory":"1Gi"}}},
                 {"name":"b","resources":{"requests":{"cpu":"2","memory":"512Mi"}}}])")),
         2.5, 1.5);
}

TEST(PodRequests, NothingAskedForIsNothing) {
  EXPECT_EQ(read({}), ledger::Requests{});
  EXPECT_EQ(read(containers("null")), ledger::Requests{});
  EXPECT_EQ(read(containers("[]")), ledger::Requests{});
  EXPECT_EQ(read(containers(R"([{"name":"a"},{"resources":null},{"resources":{}},
                                {"resources":{"requests":null,"limits":{}}}])")),
            ledger::Requests{});
}

TEST(PodRequests, ALimitStandsForAMissingRequest) {
  expect(read(containers(R"([{"resources":{"limits":{"cpu":"4","memory":"8Gi"},
                                           "requests":{"cpu":"1"}}}])")),
         1, 8);
}

TEST(PodRequests, TheOrderOfMembersDoesNotMatter) {
  expect(read(containers(R"([{"resources":{"requests":{"cpu":"1"},"limits":{"cpu":"4"}}}])")), 1,
         0);
  expect(read(containers(R"([{"resources":{"limits":{"cpu":"4"},"requests":{"cpu":"1"}}}])")), 1,
         0);
}

TEST(PodRequests, AnInitContainerIsTheLeastThatIsNeeded) {
  PodResourcesText t = containers(R"([{"resources":{"requests":{"cpu":"1","memory":"4Gi"}}}])");
  t.init_containers = R"([{"resources":{"requests":{"cpu":"3","memory":"1Gi"}}},
                          {"resources":{"requests":{"cpu":"2","memory":"1Gi"}}}])";
  expect(read(t), 3, 4);
}

TEST(PodRequests, SidecarsAddUpAndRunBesideLaterInitContainers) {
  PodResourcesText t = containers(R"([{"resources":{"requests":{"cpu":"1"}}}])");
  t.init_containers = R"([{"resources":{"requests":{"cpu":"4"}}},
                          {"restartPolicy":"Always","resources":{"requests":{"cpu":"1"}}},
                          {"resources":{"requests":{"cpu":"2500m"}}}])";
  // Containers and sidecar: 2. First init container alone: 4. Last beside the sidecar: 3.5.
  expect(read(t), 4, 0);
  t.init_containers = R"([{"resources":{"requests":{"cpu":"1"}},"restartPolicy":"Always"},
                          {"resources":{"requests":{"cpu":"4"}}}])";
  expect(read(t), 5, 0);
  t.init_containers = R"([{"resources":{"requests":{"cpu":"1"}},"restartPolicy":"Always"}])";
  expect(read(t), 2, 0);
  t.init_containers = R"([{"resources":{"requests":{"cpu":"1"}},"restartPolicy":7}])";
  expect(read(t), 1, 0);  // not a sidecar
}

TEST(PodRequests, OverheadComesOnTop) {
  PodResourcesText t = containers(R"([{"resources":{"requests":{"cpu":"1","memory":"1Gi"}}}])");
  t.overhead = R"({"cpu":"250m","memory":"120Mi"})";
  expect(read(t), 1.25, 1 + 120.0 / 1024);
}

TEST(PodRequests, PodLevelRequestsReplaceThoseOfTheContainers) {
  PodResourcesText t = containers(R"([{"resources":{"requests":{"cpu":"1","memory":"1Gi"}}},
                                      {"resources":{"requests":{"nvidia.com/gpu":"1"}}}])");
  t.pod_resources = R"({"requests":{"cpu":"3"},"limits":{"cpu":"8","memory":"16Gi"}})";
  t.overhead = R"({"cpu":"1"})";
  const auto r = read(t);
  expect(r, 4, 1);  // memory: the containers have it, so the pod's limit is not asked
  EXPECT_EQ(r.gpus.at(""), 1);
}

TEST(PodRequests, APodLevelLimitHoldsWhereNobodyAskedForAnything) {
  PodResourcesText t = containers(R"([{"resources":{"requests":{"cpu":"1"}}},{}])");
  t.pod_resources = R"({"limits":{"cpu":"8","memory":"16Gi"}})";
  expect(read(t), 1, 16);
}

TEST(PodRequests, NumbersAreQuantitiesToo) {
  expect(read(containers(R"([{"resources":{"requests":{"cpu":2,"memory":1073741824}}},
                             {"resources":{"requests":{"cpu":0.5}}}])")),
         2.5, 1);
}

TEST(PodRequests, Gpus) {
  auto r = read(containers(R"([{"resources":{"limits":{"nvidia.com/gpu":"2"}}},
                               {"resources":{"limits":{"nvidia.com/gpu":1}}}])"));
  EXPECT_EQ(r.gpus, (std::map<std::string, double, std::less<>>{{"", 3}}));
  for (const char* name : {"amd.com/gpu", "gpu.intel.com/i915", "gpu.intel.com/xe"}) {
    r = read(containers(std::string(R"([{"resources":{"limits":{")") + name + R"(":"2"}}}])"));
    EXPECT_EQ(r.gpus.at(""), 2) << name;
  }
  // Shares and counters of the same devices are not more of them.
  r = read(containers(R"([{"resources":{"limits":{"gpu.intel.com/i915":"1",
      "gpu.intel.com/millicores":"500","gpu.intel.com/memory.max":"4G","nvidia.com/gpu":"0",
      "ephemeral-storage":"1Gi","example.com/widget":"nonsense"}}}])"));
  EXPECT_EQ(r.gpus, (std::map<std::string, double, std::less<>>{{"", 1}}));
}

TEST(PodRequests, AMigSliceIsAPartOfAGpu) {
  const auto r = read(containers(R"([{"resources":{"limits":{"nvidia.com/mig-3g.20gb":"1",
                                                             "nvidia.com/mig-1g.5gb":"2"}}}])"));
  EXPECT_DOUBLE_EQ(r.gpus.at("A100"), 5.0 / 7);
  EXPECT_EQ(read(containers(R"([{"resources":{"limits":{"nvidia.com/mig-99g.5gb":"1"}}}])"))
                .gpus.at("A100"),
            1);
  EXPECT_EQ(
      read(containers(R"([{"resources":{"limits":{"nvidia.com/mig-x":"1"}}}])")).gpus.at("A100"),
      1);
}

TEST(PodRequests, TheNodeSelectorNamesTheModel) {
  PodResourcesText t = containers(R"([{"resources":{"limits":{"nvidia.com/gpu":"2"}}}])");
  t.node_selector = R"({"node.kubernetes.io/instance-type":"g5.12xlarge"})";
  EXPECT_EQ(read(t).gpus.at("A10G"), 2);
}

struct BadCase {
  const char* containers;
  const char* message;
};
class BadPod : public testing::TestWithParam<BadCase> {};
TEST_P(BadPod, IsRefusedNamingTheField) {
  const auto r = requests_of(containers(GetParam().containers));
  ASSERT_FALSE(r);
  EXPECT_THAT(r.error().message, HasSubstr(GetParam().message));
}
INSTANTIATE_TEST_SUITE_P(
    All, BadPod,
    testing::Values(
        BadCase{"{}", "containers: write an array"}, BadCase{"[", "containers: JSON"},
        BadCase{"[7]", "containers[0]: write an object"},
        BadCase{"[{},null]", "containers[1]: write an object"},
        BadCase{R"([{"resources":[]}])", "containers[0].resources: write an object"},
        BadCase{R"([{"resources":{"requests":"1"}}])",
                "containers[0].resources.requests: write an object"},
        BadCase{
            R"([{},{"resources":{"limits":{"cpu":"lots"}}}])",
            R"(containers[1].resources.limits["cpu"]: "lots" is not a quantity: write a number)"},
        BadCase{R"([{"resources":{"requests":{"memory":true}}}])",
                R"(containers[0].resources.requests["memory"]: write a quantity)"},
        BadCase{R"([{"resources":{"requests":{"memory":-1}}}])", "is negative"},
        BadCase{R"([]},"v":[)", "containers: JSON"}, BadCase{R"([] [])", "containers: JSON"}));

TEST(PodRequests, ErrorsNameThePartOfThePod) {
  PodResourcesText t;
  t.init_containers = R"([{"resources":{"requests":{"cpu":"x"}}}])";
  EXPECT_THAT(requests_of(t).error().message, HasSubstr("initContainers[0].resources.requests"));
  t = {};
  t.overhead = R"({"cpu":"x"})";
  EXPECT_THAT(requests_of(t).error().message, HasSubstr("overhead[\"cpu\"]"));
  t = {};
  t.pod_resources = R"({"limits":{"cpu":"x"}})";
  EXPECT_THAT(requests_of(t).error().message, HasSubstr("resources.limits[\"cpu\"]"));
}

TEST(PodRequests, HostileSizesAreBounded) {
  EXPECT_THAT(requests_of(containers(std::string(2U << 20, ' '))).error().message,
              HasSubstr("larger than 1 MiB"));
  std::string many = "[{}";
  for (int i = 0; i < 1000; ++i) many += ",{}";
  EXPECT_THAT(requests_of(containers(many + "]")).error().message, HasSubstr("at most 1000"));
  // Many members are read in one pass: no quadratic time.
  std::string wide = R"([{"resources":{"requests":{)";
  for (int i = 0; i < 50'000; ++i) wide += "\"r" + std::to_string(i) + "\":\"1\",";
  wide += R"("cpu":"1"}}}])";
  expect(read(containers(wide)), 1, 0);
  EXPECT_FALSE(requests_of(containers(std::string(100'000, '['))));
}

TEST(PodRequests, DamagedTextsAreReadOrRefused) {
  const std::string good =
      R"([{"name":"a","resources":{"requests":{"cpu":"500m","memory":"1Gi"},"limits":{"nvidia.com/gpu":1}}}])";
  std::mt19937 random(8);
  int refused = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = good;
    for (int n = 0; n < 2; ++n) text[random() % text.size()] = static_cast<char>(random());
    refused += requests_of(containers(text)) ? 0 : 1;
  }
  EXPECT_GT(refused, 5000);
}

}  // namespace
}  // namespace karbonetes::placement
