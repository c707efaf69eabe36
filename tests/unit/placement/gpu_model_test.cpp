#include "placement/gpu_model.hpp"

#include <gtest/gtest.h>

namespace karbonetes::placement {
namespace {

struct ModelCase {
  const char* labels;
  const char* model;
};
class GpuModel : public testing::TestWithParam<ModelCase> {};
TEST_P(GpuModel, IsTold) { EXPECT_EQ(gpu_model_of(GetParam().labels), GetParam().model); }
INSTANTIATE_TEST_SUITE_P(
    Labels, GpuModel,
    testing::Values(
        ModelCase{R"({"node.kubernetes.io/instance-type":"g4dn.xlarge"})", "T4"},
        ModelCase{R"({"node.kubernetes.io/instance-type":"p3.8xlarge"})", "V100"},
        ModelCase{R"({"node.kubernetes.io/instance-type":"p3dn.24xlarge"})", "V100"},
        ModelCase{R"({"node.kubernetes.io/instance-type":"p4d.24xlarge"})", "A100"},
        ModelCase{R"({"node.kubernetes.io/instance-type":"g5.xlarge"})", "A10G"},
        ModelCase{R"({"node.kubernetes.io/instance-type":"a2-highgpu-1g"})", "A100"},
        ModelCase{R"({"node.kubernetes.io/instance-type":"g5g.xlarge"})", ""},
        ModelCase{R"({"node.kubernetes.io/instance-type":"m5.large"})", ""},
        ModelCase{R"({"karpenter.k8s.aws/instance-gpu-name":"t4"})", "T4"},
        ModelCase{R"({"karpenter.k8s.aws/instance-gpu-name":"a10g"})", "A10G"},
        ModelCase{R"({"karpenter.k8s.aws/instance-gpu-name":"h100"})", ""},
        ModelCase{R"({"nvidia.com/gpu.product":"Tesla-T4"})", "T4"},
        ModelCase{R"({"nvidia.com/gpu.product":"NVIDIA-A100-SXM4-40GB"})", "A100"},
        ModelCase{R"({"nvidia.com/gpu.product":"NVIDIA-A10G-SHARED"})", "A10G"},
        ModelCase{R"({"nvidia.com/gpu.product":"NVIDIA-A10"})", ""},
        // What the device says of itself is above what its node's name suggests.
        ModelCase{
            R"({"node.kubernetes.io/instance-type":"g5.xlarge","nvidia.com/gpu.product":"Tesla-T4"})",
            "T4"},
        ModelCase{R"({"nvidia.com/gpu.product":7})", ""}, ModelCase{"null", ""}, ModelCase{"", ""},
        ModelCase{"[]", ""}, ModelCase{"{", ""}));

TEST(GpuModelOf, HostileLabelsSayNothing) {
  EXPECT_EQ(gpu_model_of(std::string(2U << 20, ' ')), "");
  EXPECT_EQ(gpu_model_of(R"({"nvidia.com/gpu.product":")" + std::string(100'000, 'x') + "-T4\"}"),
            "");
}

}  // namespace
}  // namespace karbonetes::placement
