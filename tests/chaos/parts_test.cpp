// Parts that crash, hang, or are not what they were a moment ago.
#include <csignal>
#include <fstream>

#include "chaos/chaos_test.hpp"

namespace karbonetes::chaos {
namespace {

using envtest::eventually;
using harness::Part;

TEST_F(ChaosTest, ApiServerKilled) {
  survive("API server killed and restarted", true, [&] {
    int times = 0;
    now_and_then(lasts() / 4, [&] {
      EXPECT_OK(plane().restart(Part::ApiServer, times % 2 == 0 ? SIGKILL : SIGTERM));
      ++times;
    });
    return times;
  });
}

TEST_F(ChaosTest, EtcdCompacted) {
  survive("etcd compacted, every resourceVersion too old to watch from", true, [&] {
    int times = 0;
    now_and_then(lasts() / 3, [&] {
      EXPECT_OK(plane().expire_watches(SIGKILL));
      network().reset_all();
      ++times;
    });
    return times;
  });
}

TEST_F(ChaosTest, ControllerKilled) {
  survive("controller killed and restarted, the webhook with it", true, [&] {
    int times = 0;
    now_and_then(lasts() / 5, [&] {
      karbonetes().kill("a");
      ++times;
      sleep(milliseconds(500));
      EXPECT_OK(karbonetes().start("a", {"--release-per-minute", "0"}));
      if (times == 2) set_green(true);
      if (times == 3) set_green(false);
    });
    return times;
  });
}

TEST_F(ChaosTest, TwoLeaders) {
  // One hangs until another leads; then it goes on, and does not know it yet.
  survive("a paused leader that believes it still leads", true, [&] {
    EXPECT_OK(karbonetes().start("b", {"--release-per-minute", "0"}));
    int times = 0;
    for (const auto& [paused, other] : {std::pair{"a", "b"}, std::pair{"b", "a"}}) {
      EXPECT_TRUE(eventually(seconds(40), [&, p = paused] { return leads(p); }));
      karbonetes().signal(paused, SIGSTOP);
      if (paused == std::string("a")) {
        EXPECT_OK(karbonetes().register_webhook(other));
      }
      EXPECT_TRUE(eventually(seconds(60), [&, o = other] { return leads(o); }));
      const auto before = now();
      // Both at work on the same Jobs, at the same moment.
      karbonetes().signal(paused, SIGCONT);
      EXPECT_OK(karbonetes().set_green(true));
      sleep(seconds(2));
      EXPECT_OK(karbonetes().set_green(false));
      world_.green.add({before, now()});
      ++times;
    }
    return times;
  });
}

TEST_F(ChaosTest, WebhookKilledUnderLoad) {
  survive("webhook gone while Jobs are created", false, [&] {
    EXPECT_OK(karbonetes().start("b", {"--release-per-minute", "0"}));
    EXPECT_OK(karbonetes().register_webhook("b"));  // which does not lead
    int times = 0;
    now_and_then(lasts() / 5, [&] {
      karbonetes().kill("b");
      ++times;
      sleep(milliseconds(1500));
      EXPECT_OK(karbonetes().start("b", {"--release-per-minute", "0"}));
    });
    return times;
  });
}

TEST_F(ChaosTest, CertificateRotatedUnderLoad) {
  auto launch = through_chaos();
  launch.certificate = karbonetes().dir() / "rotated.crt";
  launch.key = karbonetes().dir() / "rotated.key";
  const auto renew = [&] {
    const auto pair = plane().serving_certificate({"127.0.0.1"});
    ASSERT_OK(pair);
    // One after the other, as files are: for a moment they do not belong together.
    std::ofstream(launch.certificate) << pair->certificate_pem;
    std::this_thread::sleep_for(milliseconds(20));
    std::ofstream(launch.key) << pair->private_key_pem;
  };
  renew();
  karbonetes().kill("a");
  karbonetes().prepare("a", launch);
  start_leader("a", {"--release-per-minute", "0"});
  survive("serving certificate renewed while Jobs are created", false, [&] {
    int times = 0;
    now_and_then(lasts() / 5, [&] {
      renew();
      ++times;
    });
    return times;
  });
}

TEST_F(ChaosTest, LogsOnAFullDisk) {
  auto launch = through_chaos();
  launch.log = "/dev/full";
  karbonetes().kill("a");
  karbonetes().prepare("a", launch);
  start_leader("a", {"--release-per-minute", "0"});
  survive("no room for the log", false, [&] {
    sleep(lasts() / 2);
    set_green(true);
    sleep(seconds(2));
    set_green(false);
    return 1;
  });
}

TEST_F(ChaosTest, MemoryLimit) {
  // A tenant writes half a megabyte into each Job, and the controller may have 96 MiB of data, of
  // which a third is the stacks of its threads: the kernel counts all that they could need.
  auto launch = through_chaos();
  launch.wrapper = {"/usr/bin/prlimit", "--stack=1048576", "--data=100663296"};
  karbonetes().kill("a");
  karbonetes().prepare("a", launch);
  start_leader("a", {"--release-per-minute", "0"});
  const auto pid = karbonetes().pid("a");
  survive("Jobs of half a megabyte under a memory limit", false, [&] {
    int made = 0;
    for (; made < 120; ++made) {
      auto spec = envtest::job("large-" + std::to_string(made));
      spec.with("max-delay", "1h");
      auto object = envtest::manifest(spec);
      object["spec"]["template"]["metadata"]["annotations"]["notes"] = std::string(250'000, 'x');
      object["metadata"]["annotations"]["notes"] = std::string(250'000, 'y');
      EXPECT_OK(kubectl().call({"create", "-n", envtest::kNs, "-f", "-"}, object.dump()));
    }
    return made;
  });
  EXPECT_EQ(karbonetes().pid("a"), pid);
  EXPECT_TRUE(karbonetes().running("a")) << "it did not survive";
}

TEST_F(ChaosTest, ClockJumps) {
  // libfaketime reads the offset of the wall clock from a file; the steady clock stays.
  const auto offset = karbonetes().dir() / "clock-offset";
  const auto set_clock = [&](const char* text) {
    const auto next = offset.string() + ".next";
    std::ofstream(next) << text << '\n';
    std::filesystem::rename(next, offset);
  };
  set_clock("+0s");
  auto launch = through_chaos();
  launch.env = {{"LD_PRELOAD", "/usr/lib/" KARBONETES_MULTIARCH "/faketime/libfaketime.so.1"},
                {"FAKETIME_TIMESTAMP_FILE", offset.string()},
                {"FAKETIME_NO_CACHE", "1"},
                {"FAKETIME_DONT_FAKE_MONOTONIC", "1"}};
  ASSERT_TRUE(std::filesystem::exists(launch.env.front().second))
      << "libfaketime is not installed: apt-get install libfaketime";
  karbonetes().kill("a");
  karbonetes().prepare("a", launch);
  start_leader("a", {"--release-per-minute", "0"});
  survive("the machine's clock set a day forward and back", false, [&] {
    int times = 0;
    now_and_then(lasts() / 5, [&] { set_clock(++times % 2 == 1 ? "+86400s" : "-86400s"); });
    EXPECT_TRUE(eventually(seconds(5), [&] {
      return std::abs(karbonetes().metric("a", "karbonetes_clock_offset_seconds").value_or(0)) >
             80'000;
    })) << "the clock did not jump: the test proves nothing";
    return times;
  });
}

TEST_F(ChaosTest, ProviderFlapsLiesAndIsSilent) {
  survive("carbon source that flaps, lies and falls silent", false, [&] {
    int times = 0;
    // What it says holds while it says it: the whole time counts as green for those that went.
    const auto began = now();
    const auto post = [&](const std::string& method, const std::string& path,
                          const std::string& body) {
      (void)harness::run({"/usr/bin/curl",
                          {"-sS", "-X", method, "-H", "Content-Type: application/json", "-d", body,
                           "http://127.0.0.1:" + std::to_string(karbonetes().signal_port()) + path},
                          {}},
                         "", seconds(5));
    };
    static constexpr const char* kKinds[] = {"cut",  "html",  "truncated",
                                             "huge", "nulls", "shuffled"};
    now_and_then(lasts() / 25, [&] {
      post("PUT", "/v1/signal", times % 2 == 0 ? R"({"green":true})" : R"({"green":false})");
      post("PUT", "/v1/faults",
           R"({"path":"/","count":2,"kind":")" + std::string(kKinds[times % 6]) + "\"}");
      if (++times == 8) {
        EXPECT_OK(karbonetes().stop_signal());
        sleep(seconds(2));
        EXPECT_OK(karbonetes().start_signal());
      }
    });
    post("DELETE", "/v1/faults", "");
    EXPECT_OK(karbonetes().set_green(false));
    world_.green.add({began, now()});
    return times;
  });
}

}  // namespace
}  // namespace karbonetes::chaos
