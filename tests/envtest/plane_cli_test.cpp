// karbonetes-plane as a user runs it. Without KWOK and Karpenter: what is tested is the program,
// not the cluster.
#include <gmock/gmock.h>
#include <signal.h>

#include <filesystem>

#include "harness/process.hpp"
#include "harness/record.hpp"
#include "support/eventually.hpp"
#include "support/matchers.hpp"

namespace karbonetes::harness {
namespace {

using envtest::eventually;
using std::chrono::seconds;
using testing::HasSubstr;

class PlaneCliTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "plane-cli-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override {
    (void)plane({"down"});
    std::filesystem::remove_all(folder_);
  }

  [[nodiscard]] Completed plane(std::vector<std::string> args) const {
    args.push_back("--dir=" + (folder_ / "plane").string());
    auto done = run({KARBONETES_PLANE_PROGRAM, std::move(args), {}}, {}, seconds(120));
    EXPECT_OK(done);
    return done.value_or(Completed{{1, 0}, {}, {}});
  }

  std::filesystem::path folder_;
};

TEST_F(PlaneCliTest, DetachedPlaneStaysUntilDownAndLeavesNothing) {
  EXPECT_EQ(plane({"status"}).exit.code, 1) << "nothing runs yet";

  const auto up = plane({"up", "--detach", "--no-karpenter", "--no-kwok"});
  ASSERT_TRUE(up.ok()) << up.err;
  const auto kubeconfig = folder_ / "plane" / "admin.kubeconfig";
  EXPECT_EQ(up.out, "ready\n" + kubeconfig.string() + "\n");
  EXPECT_THAT(up.err, HasSubstr("kube-apiserver is ready"));
  EXPECT_TRUE(std::filesystem::exists(kubeconfig));

  const auto status = plane({"status", "-o", "json"});
  EXPECT_TRUE(status.ok());
  const auto document = json::parse(status.out);
  ASSERT_OK(document);
  EXPECT_EQ((*document)["running"], true);
  EXPECT_EQ((*document)["parts"].size(), 4u);

  const auto again = plane({"up", "--detach"});
  EXPECT_EQ(again.exit.code, 1);
  EXPECT_THAT(again.err, HasSubstr("runs in"));

  const auto record = read_record(folder_ / "plane");
  ASSERT_OK(record);
  EXPECT_TRUE(plane({"down"}).ok());
  EXPECT_FALSE(record->owner.running());
  for (const auto& part : record->parts) EXPECT_FALSE(part.running()) << part.name;
  EXPECT_FALSE(std::filesystem::exists(folder_ / "plane"));
  EXPECT_TRUE(plane({"down"}).ok()) << "down is safe to repeat";
}

TEST_F(PlaneCliTest, OwnerKilledTakesItsPartsWithItAndUpStartsOver) {
  ASSERT_TRUE(plane({"up", "--detach", "--no-karpenter", "--no-kwok"}).ok());
  const auto record = read_record(folder_ / "plane");
  ASSERT_OK(record);
  kill(record->owner.pid, SIGKILL);
  for (const auto& part : record->parts) {
    EXPECT_TRUE(eventually(seconds(10), [&] { return !part.running(); })) << part.name;
  }
  EXPECT_EQ(plane({"status"}).exit.code, 1);
  const auto up = plane({"up", "--detach", "--no-karpenter", "--no-kwok"});
  EXPECT_TRUE(up.ok()) << up.err;
}

TEST_F(PlaneCliTest, DirectoryOfAnotherIsRefused) {
  std::filesystem::create_directories(folder_ / "plane" / "etcd");
  const auto up = plane({"up", "--detach"});
  EXPECT_EQ(up.exit.code, 1);
  EXPECT_THAT(up.err, HasSubstr("holds another control plane"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "plane" / "etcd"));
}

}  // namespace
}  // namespace karbonetes::harness
