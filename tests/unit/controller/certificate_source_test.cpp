#include "controller/certificate_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <fstream>

#include "certs/inspect.hpp"

namespace karbonetes::controller {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;

constexpr TimePoint kStart{Millis{1'800'000'000'000}};
const certs::Wanted kWanted{{"127.0.0.1"}, hours(90 * 24), hours(120 * 24)};

// The Secret and the webhook configuration of one cluster, for any number of replicas.
struct Cluster {
  certs::Bundle bundle;
  int version = 1;
  bool exists = true;
  std::string trusted;
  int writes = 0, told = 0;
};

class FakeObjects final : public TlsObjects {
 public:
  explicit FakeObjects(Cluster& cluster) : c_(cluster) {}
  Result<KeptBundle> read(std::stop_token) override {
    if (!c_.exists) return fail(Errc::NotFound, "secrets not found");
    KeptBundle kept{c_.bundle, std::to_string(c_.version)};
    if (after_read) std::exchange(after_read, nullptr)();
    return kept;
  }
  Result<std::string> write(const KeptBundle& kept, std::stop_token) override {
    ++c_.writes;
    if (kept.resource_version != std::to_string(c_.version)) return fail(Errc::Conflict, "late");
    c_.bundle = kept.bundle;
    ++c_.version;
    if (lose_answer) {
      lose_answer = false;
      return fail(Errc::Unavailable, "connection reset");
    }
    return std::to_string(c_.version);
  }
  Result<bool> trust(const std::string& ca_pem, std::stop_token) override {
    if (forbidden) return fail(Errc::Forbidden, "mutatingwebhookconfigurations is forbidden");
    if (c_.trusted == ca_pem) return false;
    c_.trusted = ca_pem;
    ++c_.told;
    return true;
  }
  std::function<void()> after_read;
  bool lose_answer = false, forbidden = false;

 private:
  Cluster& c_;
};

class KeeperTest : public testing::Test {
 protected:
  struct Replica {
    FakeObjects* objects;
    std::unique_ptr<CertificateSource> source;
  };
  Replica replica() {
    auto objects = std::make_unique<FakeObjects>(cluster_);
    auto* raw = objects.get();
    return {raw, make_certificate_keeper(std::move(objects), kWanted, clock_, registry_)};
  }
  bool serves_trusted(const certs::KeyPair& pair) const {
    const auto roots = certs::read_certificates(cluster_.trusted);
    const auto leaf = certs::read_certificates(pair.certificate_pem);
    if (!roots || !leaf) return false;
    for (const auto& root : *roots) {
      if (certs::signed_by(leaf->front(), root)) return true;
    }
    return false;
  }

  Cluster cluster_;
  ManualClock clock_{kStart};
  metrics::Registry registry_;
};

TEST_F(KeeperTest, FillsAnEmptySecretTellsTheTrustAndServes) {
  auto a = replica();
  const auto look = a.source->look({});
  ASSERT_TRUE(look.pair);
  EXPECT_TRUE(serves_trusted(*look.pair));
  EXPECT_EQ(cluster_.writes, 1);
  EXPECT_EQ(look.again_at, kStart + minutes(1));
  EXPECT_FALSE(a.source->look({}).pair) << "it is served already";
  EXPECT_EQ(cluster_.writes, 1);
  EXPECT_THAT(registry_.expose(),
              HasSubstr("karbonetes_webhook_certificate_expiry_timestamp_seconds 1807776000"));
}

TEST_F(KeeperTest, TheLoserOfARaceServesWhatTheWinnerWrote) {
  auto a = replica(), b = replica();
  std::optional<certs::KeyPair> winner;
  b.objects->after_read = [&] { winner = a.source->look({}).pair; };
  const auto look = b.source->look({});
  ASSERT_TRUE(winner);
  ASSERT_TRUE(look.pair);
  EXPECT_EQ(look.pair->certificate_pem, winner->certificate_pem);
  EXPECT_EQ(cluster_.writes, 2) << "one of them refused";
  EXPECT_EQ(cluster_.version, 2);
}

TEST_F(KeeperTest, ALostAnswerMakesNoSecondCa) {
  auto a = replica();
  a.objects->lose_answer = true;
  const auto first = a.source->look({});
  EXPECT_FALSE(first.pair);
  EXPECT_EQ(first.again_at, kStart + seconds(1));
  const auto look = a.source->look({});
  ASSERT_TRUE(look.pair);
  EXPECT_EQ(cluster_.writes, 1);
  EXPECT_TRUE(serves_trusted(*look.pair));
}

TEST_F(KeeperTest, ATrustThatIsResetIsSetRight) {
  auto a = replica();
  (void)a.source->look({});
  const auto ca = cluster_.trusted;
  cluster_.trusted = "somebody else's";
  clock_.advance(minutes(1));
  (void)a.source->look({});
  EXPECT_EQ(cluster_.trusted, ca);
}

TEST_F(KeeperTest, ServesEvenWhereItMayNotTellTheTrustAndTriesAgain) {
  auto a = replica();
  a.objects->forbidden = true;
  auto look = a.source->look({});
  EXPECT_TRUE(look.pair);
  EXPECT_EQ(look.again_at, kStart + seconds(1));
  look = a.source->look({});
  EXPECT_EQ(look.again_at, kStart + seconds(2)) << "less often each time";
  EXPECT_THAT(registry_.expose(),
              HasSubstr(R"(karbonetes_webhook_certificate_errors_total{what="trust"} 2)"));
  a.objects->forbidden = false;
  EXPECT_EQ(a.source->look({}).again_at, kStart + minutes(1));
}

TEST_F(KeeperTest, ANewCaIsTrustedBeforeItSigns) {
  auto a = replica(), b = replica();
  (void)a.source->look({});
  (void)b.source->look({});
  const auto old = cluster_.bundle;
  clock_.advance(hours(81 * 24));  // the certificate was renewed meanwhile, or should have been
  for (int i = 0; i < 20; ++i) {
    for (auto* each : {&a, &b}) {
      const auto look = each->source->look({});
      EXPECT_TRUE(!look.pair || serves_trusted(*look.pair));
    }
    clock_.advance(seconds(2));
  }
  EXPECT_NE(cluster_.bundle.ca_key_pem, old.ca_key_pem);
  const auto authorities = certs::read_certificates(cluster_.bundle.ca_pem);
  ASSERT_TRUE(authorities);
  ASSERT_EQ(authorities->size(), 2);
  EXPECT_TRUE(
      certs::signed_by(certs::read_certificates(cluster_.bundle.serving.certificate_pem)->front(),
                       authorities->front()));
}

TEST_F(KeeperTest, AMissingSecretIsSaidAndWaitedFor) {
  cluster_.exists = false;
  auto a = replica();
  EXPECT_FALSE(a.source->look({}).pair);
  EXPECT_THAT(registry_.expose(),
              HasSubstr(R"(karbonetes_webhook_certificate_errors_total{what="read"} 1)"));
  cluster_.exists = true;
  EXPECT_TRUE(a.source->look({}).pair);
}

class FilesTest : public testing::Test {
 protected:
  void SetUp() override {
    dir_ = std::filesystem::temp_directory_path() / ("karbonetes-tls-" + std::to_string(getpid()));
    std::filesystem::create_directories(dir_);
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }
  void write(const std::string& certificate, const std::string& key) const {
    std::ofstream(dir_ / "tls.crt") << certificate;
    std::ofstream(dir_ / "tls.key") << key;
  }
  certs::KeyPair pair(Millis validity = hours(1)) {
    return *certs::issue_server(ca_, {"127.0.0.1"}, kStart, validity);
  }

  std::filesystem::path dir_;
  ManualClock clock_{kStart};
  metrics::Registry registry_;
  certs::KeyPair ca_ = *certs::make_authority({"test", {}}, kStart, hours(100));
};

TEST_F(FilesTest, TakesEachGoodPairAndKeepsTheOldOneWhileAnotherIsBad) {
  const auto source = make_certificate_files(dir_ / "tls.crt", dir_ / "tls.key", clock_, registry_);
  EXPECT_FALSE(source->look({}).pair) << "not there yet";
  const auto first = pair(), second = pair(), expired = pair(-minutes(1));
  write(first.certificate_pem, first.private_key_pem);
  auto look = source->look({});
  ASSERT_TRUE(look.pair);
  EXPECT_EQ(look.again_at, kStart + seconds(10));
  EXPECT_FALSE(source->look({}).pair);

  const auto half = second.certificate_pem.substr(0, 100);
  const std::vector<certs::KeyPair> bad{{second.certificate_pem, first.private_key_pem},
                                        {half, second.private_key_pem},
                                        {"", ""},
                                        expired};
  for (const auto& each : bad) {
    write(each.certificate_pem, each.private_key_pem);
    EXPECT_FALSE(source->look({}).pair);
    EXPECT_FALSE(source->look({}).pair);
  }
  write(second.certificate_pem, second.private_key_pem);
  look = source->look({});
  ASSERT_TRUE(look.pair);
  EXPECT_EQ(look.pair->certificate_pem, second.certificate_pem);
  const auto text = registry_.expose();
  EXPECT_THAT(text, HasSubstr("karbonetes_webhook_certificate_renewals_total 2"));
  EXPECT_THAT(text, HasSubstr(R"(karbonetes_webhook_certificate_errors_total{what="files"} 4)"))
      << "one for each new cause, not for each look";
}

}  // namespace
}  // namespace karbonetes::controller
