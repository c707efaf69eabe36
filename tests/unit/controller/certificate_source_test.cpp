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
  int configuration_version = 1;
  int writes = 0, told = 0;
};

class FakeObjects final : public TlsObjects {
 public:
  explicit FakeObjects(Cluster& cluster) : c_(cluster) {}
  Result<KeptBundle> read(std::stop_token) override {
    if (!c_.exists) return fail(Errc::NotFound, "secrets not found");
    KeptBundle kept{c_.bundle, std::to_string(c_.version), c_.trusted == c_.bundle.ca_pem};
    seen_ = c_.configuration_version;
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
    if (seen_ != c_.configuration_version) return fail(Errc::Conflict, "late");
    if (c_.trusted == ca_pem) return false;
    c_.trusted = ca_pem;
    ++c_.configuration_version;
    ++c_.told;
    return true;
  }
  std::function<void()> after_read;
  bool lose_answer = false, forbidden = false;

 private:
  Cluster& c_;
  int seen_ = 0;
};

// As the server does that can serve all it is offered.
CertificateLook look_and_serve(CertificateSource& source) {
  auto out = source.look({});
  if (out.pair) source.taken({});
  return out;
}

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
  const auto look = look_and_serve(*a.source);
  ASSERT_TRUE(look.pair);
  EXPECT_TRUE(serves_trusted(*look.pair));
  EXPECT_EQ(cluster_.writes, 1);
  EXPECT_EQ(look.again_at, kStart + minutes(1));
  EXPECT_FALSE(look_and_serve(*a.source).pair) << "it is served already";
  EXPECT_EQ(cluster_.writes, 1);
  EXPECT_THAT(registry_.expose(),
              HasSubstr("karbonetes_webhook_certificate_expiry_timestamp_seconds 1807776000"));
}

TEST_F(KeeperTest, TheLoserOfARaceServesWhatTheWinnerWrote) {
  auto a = replica(), b = replica();
  std::optional<certs::KeyPair> winner;
  b.objects->after_read = [&] { winner = look_and_serve(*a.source).pair; };
  const auto look = look_and_serve(*b.source);
  ASSERT_TRUE(winner);
  ASSERT_TRUE(look.pair);
  EXPECT_EQ(look.pair->certificate_pem, winner->certificate_pem);
  EXPECT_EQ(cluster_.writes, 2) << "one of them refused";
  EXPECT_EQ(cluster_.version, 2);
}

TEST_F(KeeperTest, ALostAnswerMakesNoSecondCa) {
  auto a = replica();
  a.objects->lose_answer = true;
  const auto first = look_and_serve(*a.source);
  EXPECT_FALSE(first.pair);
  EXPECT_EQ(first.again_at, kStart + seconds(1));
  const auto look = look_and_serve(*a.source);
  ASSERT_TRUE(look.pair);
  EXPECT_EQ(cluster_.writes, 1);
  EXPECT_TRUE(serves_trusted(*look.pair));
}

TEST_F(KeeperTest, ATrustThatIsResetIsSetRight) {
  auto a = replica();
  (void)look_and_serve(*a.source);
  const auto ca = cluster_.trusted;
  cluster_.trusted = "somebody else's";
  ++cluster_.configuration_version;
  clock_.advance(minutes(1));
  (void)look_and_serve(*a.source);
  EXPECT_EQ(cluster_.trusted, ca);
}

TEST_F(KeeperTest, ServesEvenWhereItMayNotTellTheTrustAndTriesAgain) {
  auto a = replica();
  a.objects->forbidden = true;
  auto look = look_and_serve(*a.source);
  EXPECT_TRUE(look.pair);
  EXPECT_EQ(look.again_at, kStart + seconds(1));
  look = look_and_serve(*a.source);
  EXPECT_EQ(look.again_at, kStart + seconds(2)) << "less often each time";
  EXPECT_THAT(registry_.expose(),
              HasSubstr(R"(karbonetes_webhook_certificate_errors_total{what="trust"} 2)"));
  a.objects->forbidden = false;
  EXPECT_EQ(look_and_serve(*a.source).again_at, kStart + minutes(1));
}

TEST_F(KeeperTest, ANewCaIsTrustedBeforeItSigns) {
  auto a = replica(), b = replica();
  (void)look_and_serve(*a.source);
  (void)look_and_serve(*b.source);
  const auto old = cluster_.bundle;
  clock_.advance(hours(81 * 24));  // the certificate was renewed meanwhile, or should have been
  for (int i = 0; i < 20; ++i) {
    for (auto* each : {&a, &b}) {
      const auto look = look_and_serve(*each->source);
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

// It read Secret and configuration, and then was stopped while the others went through the whole
// rotation of a CA.
TEST_F(KeeperTest, AReplicaThatWasAsleepDoesNotPutBackTheTrustOfYesterday) {
  auto a = replica(), b = replica();
  (void)look_and_serve(*a.source);
  (void)look_and_serve(*b.source);
  const auto yesterday = cluster_.trusted;
  cluster_.trusted = "somebody else's";  // so that b has a reason to write
  ++cluster_.configuration_version;
  std::optional<certs::KeyPair> served;
  b.objects->after_read = [&] {
    cluster_.bundle.ca_key_pem.clear();  // to b all is as it should be
    ++cluster_.version;
    for (int i = 0; i < 5; ++i) {
      if (const auto look = look_and_serve(*a.source); look.pair) served = look.pair;
      clock_.advance(seconds(2));
    }
  };
  const auto look = look_and_serve(*b.source);
  ASSERT_TRUE(served);
  EXPECT_EQ(cluster_.writes, 3) << "none of them is b's";
  EXPECT_NE(cluster_.trusted, yesterday);
  EXPECT_EQ(cluster_.trusted, cluster_.bundle.ca_pem);
  EXPECT_TRUE(serves_trusted(*served));
  ASSERT_TRUE(look.pair);
  EXPECT_EQ(look.pair->certificate_pem, served->certificate_pem);
}

// A new CA waits for a trust that holds now, not for one that was seen before.
TEST_F(KeeperTest, ATrustThatIsResetWhileANewCaWaitsIsWaitedForAgain) {
  auto a = replica();
  (void)look_and_serve(*a.source);
  clock_.advance(hours(59 * 24));
  (void)look_and_serve(*a.source);
  clock_.advance(hours(22 * 24));
  (void)look_and_serve(*a.source);  // the new CA is told
  const auto waiting = cluster_.bundle;
  ASSERT_EQ(certs::read_certificates(waiting.ca_pem)->size(), 2);
  clock_.advance(seconds(2));
  (void)look_and_serve(*a.source);
  ASSERT_EQ(cluster_.bundle.serving.certificate_pem, waiting.serving.certificate_pem)
      << "the API server may not have heard of it yet";
  clock_.advance(seconds(1));
  cluster_.trusted = "somebody else's";
  ++cluster_.configuration_version;
  (void)look_and_serve(*a.source);
  EXPECT_EQ(cluster_.bundle.serving.certificate_pem, waiting.serving.certificate_pem);
  EXPECT_EQ(cluster_.trusted, waiting.ca_pem);
  clock_.advance(seconds(3));
  const auto look = look_and_serve(*a.source);
  ASSERT_TRUE(look.pair);
  EXPECT_TRUE(serves_trusted(*look.pair));
  EXPECT_NE(cluster_.bundle.serving.certificate_pem, waiting.serving.certificate_pem);
}

TEST_F(KeeperTest, WhatTheServerRefusesIsOfferedAgain) {
  auto a = replica();
  const auto first = a.source->look({});
  ASSERT_TRUE(first.pair);
  a.source->taken(fail(Errc::InvalidArgument, "too weak"));
  EXPECT_THAT(registry_.expose(), HasSubstr("karbonetes_webhook_certificate_renewals_total 0"));
  EXPECT_THAT(registry_.expose(),
              HasSubstr(R"(karbonetes_webhook_certificate_errors_total{what="serve"} 1)"));
  const auto again = look_and_serve(*a.source);
  ASSERT_TRUE(again.pair);
  EXPECT_EQ(again.pair->certificate_pem, first.pair->certificate_pem);
  EXPECT_THAT(registry_.expose(), HasSubstr("karbonetes_webhook_certificate_renewals_total 1"));
  EXPECT_FALSE(look_and_serve(*a.source).pair);
}

TEST_F(KeeperTest, AMissingSecretIsSaidAndWaitedFor) {
  cluster_.exists = false;
  auto a = replica();
  EXPECT_FALSE(look_and_serve(*a.source).pair);
  EXPECT_THAT(registry_.expose(),
              HasSubstr(R"(karbonetes_webhook_certificate_errors_total{what="read"} 1)"));
  cluster_.exists = true;
  EXPECT_TRUE(look_and_serve(*a.source).pair);
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
  EXPECT_FALSE(look_and_serve(*source).pair) << "not there yet";
  const auto first = pair(), second = pair(), expired = pair(-minutes(1));
  const auto future = *certs::issue_server(ca_, {"127.0.0.1"}, kStart + hours(1), hours(1));
  const auto for_clients = *certs::issue_client(ca_, {"user", {}}, kStart, hours(1));
  write(first.certificate_pem, first.private_key_pem);
  auto look = look_and_serve(*source);
  ASSERT_TRUE(look.pair);
  EXPECT_EQ(look.again_at, kStart + seconds(10));
  EXPECT_FALSE(look_and_serve(*source).pair);

  const auto half = second.certificate_pem.substr(0, 100);
  const std::vector<certs::KeyPair> bad{{second.certificate_pem, first.private_key_pem},
                                        {half, second.private_key_pem},
                                        {"", ""},
                                        expired,
                                        future,
                                        for_clients};
  for (const auto& each : bad) {
    write(each.certificate_pem, each.private_key_pem);
    EXPECT_FALSE(look_and_serve(*source).pair);
    EXPECT_FALSE(look_and_serve(*source).pair);
  }
  write(second.certificate_pem, second.private_key_pem);
  look = look_and_serve(*source);
  ASSERT_TRUE(look.pair);
  EXPECT_EQ(look.pair->certificate_pem, second.certificate_pem);

  // The server may know better than we do what it can serve.
  const auto third = pair();
  write(third.certificate_pem, third.private_key_pem);
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(source->look({}).pair) << "offered until it is served";
    source->taken(fail(Errc::InvalidArgument, "too weak"));
  }
  const auto text = registry_.expose();
  EXPECT_THAT(text, HasSubstr(R"(karbonetes_webhook_certificate_errors_total{what="serve"} 1)"));
  EXPECT_THAT(text, HasSubstr("karbonetes_webhook_certificate_renewals_total 2"));
  EXPECT_THAT(text, HasSubstr(R"(karbonetes_webhook_certificate_errors_total{what="files"} 6)"))
      << "one for each new cause, not for each look";
}

}  // namespace
}  // namespace karbonetes::controller
