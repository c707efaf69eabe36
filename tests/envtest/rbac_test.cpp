// What the chart's ServiceAccounts may do, against what their programs did: the same, verb by verb.
// The API server here has no streaming lists, as those before 1.32: only there a list is a list.
#include "support/rbac.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <iterator>
#include <set>

#include "support/chart_test.hpp"
#include "support/eventually.hpp"
#include "support/files.hpp"

namespace karbonetes::envtest {
namespace {

using json::Document;
using std::chrono::seconds;
using testing::IsEmpty;

constexpr const char* kOldBook = "karbonetes-account-2020-01-01";

class RbacTest : public ChartTest {
 protected:
  static void SetUpTestSuite() {
    harness::Options options;
    options.feature_gates = "WatchList=false";
    start(options);
  }
};

TEST_F(RbacTest, WhatIsGrantedIsWhatIsUsed) {
  ASSERT_OK(k_->install(chart(), values({"--set", "signal.service.enabled=true"})));
  // The programs' names for the accounts come from what runs, not from what is meant to.
  const auto pod = k_->pod_template("controller");
  ASSERT_OK(pod);
  const auto account = (*pod)["spec"].value("serviceAccountName", "");
  ASSERT_FALSE(account.empty());
  ASSERT_OK(k_->start_signal());
  ASSERT_OK(k_->set_green(false));
  ASSERT_OK(kubectl().remove(kNs, "carbonawarepolicy/default"));
  start_both();
  const auto ran = [](const std::string& name) { return jobs().complete(name); };

  auto spec = job("first");
  ASSERT_OK(jobs().create(spec));
  ASSERT_EQ(jobs().state("first"), "waiting");
  ASSERT_OK(kubectl().apply_file(sample("carbonawarepolicy-default.yaml")));
  ASSERT_OK(k_->set_green(true));
  ASSERT_TRUE(eventually(seconds(90), [&] { return ran("first"); }));
  ASSERT_TRUE(
      eventually(seconds(60), [&] { return !jobs().annotation("first", "account").empty(); }));
  ASSERT_OK(k_->set_green(false));
  // A book beyond its retention: whoever leads next removes it.
  const auto books = kubectl().list(kSystem, "configmaps", "carbon-aware.io/kept=ledger");
  ASSERT_OK(books);
  ASSERT_EQ(books->size(), 1);
  const Document old = {{"apiVersion", "v1"},
                        {"kind", "ConfigMap"},
                        {"metadata",
                         {{"name", kOldBook},
                          {"namespace", kSystem},
                          {"labels", {{"carbon-aware.io/kept", "ledger"}}}}},
                        {"data", (*books)[0]["data"]}};
  ASSERT_OK(kubectl().apply(old.dump()));
  stop_both();
  start_both();

  // Jobs that change while they are released: the patch is refused, and the Job read again.
  const auto grants = granted(*plane_, kSystem, account);
  ASSERT_OK(grants);
  const auto used = [&] { return asked(*plane_, kSystem, account, *grants); };
  const auto missing = [&] {
    std::vector<std::string> out;
    const auto lines = used();
    if (lines) std::ranges::set_difference(*grants, *lines, std::back_inserter(out));
    return out;
  };
  const std::vector<std::string> watches = {"batch cronjobs watch", "batch jobs watch",
                                            "carbon-aware.io carbonawarepolicies watch"};
  int round = 0;
  EXPECT_TRUE(eventually(seconds(90),
                         [&] {
                           if (std::ranges::includes(watches, missing())) return true;
                           const auto prefix = fmt::format("busy-{}-", round++);
                           for (int i = 0; i < 5; ++i) {
                             auto busy = job(prefix + std::to_string(i));
                             busy.labels["busy"] = "yes";
                             if (!jobs().create(busy)) return false;
                           }
                           auto stir = std::async(std::launch::async, [] {
                             for (int i = 0; i < 6; ++i)
                               (void)kubectl().call({"label", "jobs", "-n", kNs, "-l", "busy=yes",
                                                     "--overwrite",
                                                     "stirred=" + std::to_string(i)});
                           });
                           (void)k_->set_green(true);
                           stir.wait();
                           (void)k_->set_green(false);
                           return false;
                         }))
      << "granted, but not used: " << testing::PrintToString(missing());
  EXPECT_FALSE(kubectl().get(kSystem, std::string("configmap/") + kOldBook));
  stop_both();
  EXPECT_EQ(k_->stop("signal").code, 0);

  // Watches are in the log when they have ended.
  EXPECT_TRUE(eventually(seconds(15), [&] { return missing().empty(); }))
      << "granted, but not used: " << testing::PrintToString(missing());
  const auto lines = used();
  ASSERT_OK(lines);
  EXPECT_EQ(*lines, *grants);
  const auto denied = refused(*plane_, kSystem, account);
  ASSERT_OK(denied);
  EXPECT_THAT(*denied, IsEmpty());
}

}  // namespace
}  // namespace karbonetes::envtest
