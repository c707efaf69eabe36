#include "certs/rotation.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <random>

namespace karbonetes::certs {
namespace {

using Kind = Plan::Kind;
using std::chrono::hours;
using std::chrono::minutes;

constexpr TimePoint kStart{Millis{1'800'000'000'000}};
const Wanted kWanted{
    {"karbonetes-webhook.karbonetes-system.svc", "127.0.0.1"}, hours(90 * 24), hours(3650 * 24)};

Bundle made(TimePoint now, const Wanted& wanted = kWanted) {
  auto bundle = apply(next({}, wanted, false, now), {}, wanted, now);
  EXPECT_TRUE(bundle);
  return *bundle;
}

// What a TLS client does that trusts `trusted` alone.
bool verifies(const Bundle& served, const std::string& trusted, TimePoint now) {
  const auto roots = read_certificates(trusted);
  const auto leaf = read_certificates(served.serving.certificate_pem);
  if (!roots || !leaf || !leaf->front().valid_at(now)) return false;
  for (const auto& root : *roots) {
    if (root.valid_at(now) && signed_by(leaf->front(), root)) return true;
  }
  return false;
}

TEST(Rotation, NothingBecomesACaAndACertificateOfIt) {
  const auto plan = next({}, kWanted, false, kStart);
  EXPECT_EQ(plan.kind, Kind::MakeAuthority);
  EXPECT_TRUE(plan.serving);
  const auto bundle = made(kStart);
  EXPECT_TRUE(verifies(bundle, bundle.ca_pem, kStart));
  EXPECT_TRUE(key_fits(bundle.serving.certificate_pem, bundle.serving.private_key_pem));
  const auto leaf = read_certificates(bundle.serving.certificate_pem)->front();
  EXPECT_EQ(leaf.names, canonical(kWanted.names));
  EXPECT_EQ(leaf.not_after, kStart + kWanted.validity);
  EXPECT_EQ(leaf.not_before, kStart - kBackdated);
  EXPECT_FALSE(leaf.is_ca);
}

TEST(Rotation, WhatIsGoodIsKeptUntilAThirdOfItsLifeIsLeft) {
  const auto bundle = made(kStart);
  const auto plan = next(bundle, kWanted, true, kStart);
  EXPECT_EQ(plan.kind, Kind::Keep);
  EXPECT_EQ(plan.at, kStart + hours(60 * 24));
  EXPECT_EQ(next(bundle, kWanted, false, plan.at - minutes(1)).kind, Kind::Keep);
  EXPECT_EQ(next(bundle, kWanted, false, plan.at).kind, Kind::IssueServing);
}

TEST(Rotation, ARenewedCertificateComesFromTheSameCa) {
  const auto before = made(kStart);
  const auto now = kStart + hours(61 * 24);
  const auto after = apply(next(before, kWanted, true, now), before, kWanted, now);
  ASSERT_TRUE(after);
  EXPECT_EQ(after->ca_pem, before.ca_pem);
  EXPECT_NE(after->serving.certificate_pem, before.serving.certificate_pem);
  EXPECT_TRUE(verifies(*after, before.ca_pem, now));
}

TEST(Rotation, ANewCaSignsOnlyWhenItIsTrusted) {
  Wanted wanted = kWanted;
  wanted.ca_validity = hours(120 * 24);
  auto bundle = made(kStart, wanted);
  const auto old = bundle.ca_pem;
  auto now = kStart + hours(59 * 24);
  ASSERT_EQ(next(bundle, wanted, true, now).kind, Kind::Keep);
  now = kStart + hours(80 * 24);
  const auto plan = next(bundle, wanted, true, now);
  ASSERT_EQ(plan.kind, Kind::MakeAuthority);
  EXPECT_FALSE(plan.serving) << "the served one goes on";
  bundle = *apply(plan, bundle, wanted, now);
  EXPECT_EQ(read_certificates(bundle.ca_pem)->size(), 2);
  EXPECT_TRUE(verifies(bundle, old, now));
  EXPECT_EQ(next(bundle, wanted, false, now).kind, Kind::AwaitTrust);
  EXPECT_EQ(next(bundle, wanted, true, now).kind, Kind::IssueServing);
  bundle = *apply(next(bundle, wanted, true, now), bundle, wanted, now);
  EXPECT_FALSE(verifies(bundle, old, now));
  EXPECT_TRUE(verifies(bundle, bundle.ca_pem, now));
  now = kStart + hours(120 * 24);
  const auto drop = next(bundle, wanted, true, now);
  ASSERT_EQ(drop.kind, Kind::TidyTrust);
  bundle = *apply(drop, bundle, wanted, now);
  EXPECT_EQ(read_certificates(bundle.ca_pem)->size(), 1);
  EXPECT_TRUE(verifies(bundle, bundle.ca_pem, now));
}

TEST(Rotation, WhateverLiesInTheSecretIsMadeGood) {
  const auto good = made(kStart);
  const auto other = made(kStart);
  const auto later = kStart + hours(91 * 24);
  struct Case {
    const char* what;
    Bundle bundle;
    TimePoint now = kStart;
  };
  const std::vector<Case> cases{
      {"no CA", {"", good.ca_key_pem, good.serving}},
      {"garbage as CA", {"-----BEGIN CERTIFICATE-----\nAAAA\n", good.ca_key_pem, good.serving}},
      {"a huge CA", {std::string(1 << 20, 'A'), good.ca_key_pem, good.serving}},
      {"a leaf as CA", {good.serving.certificate_pem, good.serving.private_key_pem, good.serving}},
      {"another's CA key", {good.ca_pem, other.ca_key_pem, good.serving}},
      {"no CA key", {good.ca_pem, "", good.serving}},
      {"another CA", {other.ca_pem, other.ca_key_pem, good.serving}},
      {"no serving certificate", {good.ca_pem, good.ca_key_pem, {}}},
      {"another's key",
       {good.ca_pem,
        good.ca_key_pem,
        {good.serving.certificate_pem, other.serving.private_key_pem}}},
      {"garbage", {good.ca_pem, good.ca_key_pem, {"x", "y"}}},
      {"a chain of its own",
       {good.ca_pem,
        good.ca_key_pem,
        {good.serving.certificate_pem + good.ca_pem, good.serving.private_key_pem}}},
      {"expired", good, later},
      {"of the future", good, kStart - hours(24)},
  };
  for (const auto& c : cases) {
    Bundle bundle = c.bundle;
    for (int step = 0; step < 3; ++step) {
      const auto plan = next(bundle, kWanted, true, c.now);
      EXPECT_EQ(plan.why.find("BEGIN"), std::string::npos);
      if (plan.kind == Kind::Keep) break;
      auto after = apply(plan, bundle, kWanted, c.now);
      ASSERT_TRUE(after) << c.what << ": " << after.error().message;
      bundle = std::move(*after);
    }
    EXPECT_EQ(next(bundle, kWanted, true, c.now).kind, Kind::Keep) << c.what;
    EXPECT_TRUE(verifies(bundle, bundle.ca_pem, c.now)) << c.what;
    EXPECT_TRUE(key_fits(bundle.serving.certificate_pem, bundle.serving.private_key_pem)) << c.what;
  }
}

// Who may read the webhook configuration may not read the Secret.
TEST(Rotation, OnlyCasBecomeTrusted) {
  const auto good = made(kStart);
  for (const auto& beside :
       {good.ca_key_pem, good.serving.certificate_pem, std::string("password: hunter2\n")}) {
    for (const auto& ca_pem : {good.ca_pem + beside, beside + good.ca_pem}) {
      Bundle bundle = good;
      bundle.ca_pem = ca_pem;
      for (int step = 0; step < 4; ++step) {
        const auto plan = next(bundle, kWanted, true, kStart);
        // These two let ca_pem be trusted as it is.
        if (next(bundle, kWanted, false, kStart).kind == Kind::AwaitTrust) {
          EXPECT_EQ(bundle.ca_pem.find("PRIVATE"), std::string::npos);
          EXPECT_EQ(bundle.ca_pem.find("hunter2"), std::string::npos);
        }
        if (plan.kind == Kind::Keep) break;
        bundle = *apply(plan, bundle, kWanted, kStart);
      }
      ASSERT_EQ(next(bundle, kWanted, true, kStart).kind, Kind::Keep);
      EXPECT_EQ(bundle.ca_pem.find("PRIVATE"), std::string::npos);
      EXPECT_EQ(bundle.ca_pem.find("hunter2"), std::string::npos);
      EXPECT_TRUE(verifies(bundle, bundle.ca_pem, kStart));
      EXPECT_TRUE(verifies(good, bundle.ca_pem, kStart)) << "what is served meanwhile goes on";
      const auto trusted = read_certificates(bundle.ca_pem);
      ASSERT_TRUE(trusted);
      for (const auto& each : *trusted) EXPECT_TRUE(each.is_ca);
    }
  }
}

// A CA made beside the first, which nobody trusts yet; its key is put among the CAs.
TEST(Rotation, WhatIsToBeTrustedIsTidyBeforeItIsTold) {
  auto bundle = made(kStart);
  bundle.ca_key_pem.clear();
  bundle = *apply(next(bundle, kWanted, true, kStart), bundle, kWanted, kStart);
  ASSERT_EQ(next(bundle, kWanted, false, kStart).kind, Kind::AwaitTrust);
  const auto clean = bundle.ca_pem;
  bundle.ca_pem += bundle.ca_key_pem;
  const auto plan = next(bundle, kWanted, false, kStart);
  ASSERT_EQ(plan.kind, Kind::TidyTrust);
  EXPECT_EQ(apply(plan, bundle, kWanted, kStart)->ca_pem, clean);
}

TEST(Rotation, ACertificateForClientsIsNotServed) {
  auto bundle = made(kStart);
  EXPECT_TRUE(read_certificates(bundle.serving.certificate_pem)->front().for_servers);
  bundle.serving = *issue_client({bundle.ca_pem, bundle.ca_key_pem}, {"x", {}}, kStart, hours(1));
  EXPECT_FALSE(read_certificates(bundle.serving.certificate_pem)->front().for_servers);
  Wanted as_it_is = kWanted;
  as_it_is.names.clear();
  EXPECT_EQ(next(bundle, as_it_is, true, kStart).kind, Kind::IssueServing);
}

// A CA that is due, yet good, signs what is needed at once: its successor is not trusted yet.
TEST(Rotation, OtherNamesAreSignedByTheTrustedCaEvenWhenItIsDue) {
  const auto before = made(kStart);
  Wanted wanted = kWanted;
  wanted.names = {"another.name"};
  const auto now = kStart + hours(2500 * 24);
  ASSERT_GE(now, due(read_certificates(before.ca_pem)->front()));
  const auto first = next(before, wanted, true, now);
  ASSERT_EQ(first.kind, Kind::IssueServing);
  const auto after = apply(first, before, wanted, now);
  ASSERT_TRUE(after);
  EXPECT_TRUE(verifies(*after, before.ca_pem, now));
  const auto second = next(*after, wanted, true, now);
  EXPECT_EQ(second.kind, Kind::MakeAuthority);
  EXPECT_FALSE(second.serving);
}

TEST(Rotation, WhatIsNotOursIsNotSentAlong) {
  auto bundle = made(kStart);
  bundle.serving.certificate_pem += made(kStart).serving.certificate_pem;
  EXPECT_EQ(next(bundle, kWanted, true, kStart).kind, Kind::IssueServing);
}

TEST(Rotation, OtherNamesAreServedAtOnceAndOtherSpellingsAreTheSame) {
  const auto bundle = made(kStart);
  Wanted wanted = kWanted;
  wanted.names.emplace_back("0:0:0:0:0:0:0:1");
  const auto plan = next(bundle, wanted, true, kStart);
  EXPECT_EQ(plan.kind, Kind::IssueServing);
  const auto after = apply(plan, bundle, wanted, kStart);
  ASSERT_TRUE(after);
  EXPECT_EQ(next(*after, wanted, true, kStart).kind, Kind::Keep);
  wanted.names = {"::1", "127.0.0.1", "127.0.0.1", kWanted.names[0]};
  EXPECT_EQ(next(*after, wanted, true, kStart).kind, Kind::Keep);
}

TEST(Rotation, NamesThatAreNoneAreRefused) {
  for (const char* name : {"", "a b", "x\n", "DNS:evil,IP:1.2.3.4", "ä.example"}) {
    Wanted wanted = kWanted;
    wanted.names = {name};
    const auto made = apply(next({}, wanted, false, kStart), {}, wanted, kStart);
    ASSERT_FALSE(made) << name;
    EXPECT_EQ(made.error().code, Errc::InvalidArgument);
  }
}

// Two replicas with their own pace and view, a shared Secret with optimistic concurrency, lost
// answers, a trust that lags: from the first trust on, whatever a replica serves verifies.
TEST(Rotation, WhatIsServedVerifiesAgainstWhatIsTrustedWhateverIsLost) {
  const Wanted wanted{{"127.0.0.1"}, minutes(60), minutes(240)};
  for (unsigned seed = 0; seed < 3; ++seed) {
    std::mt19937 random(seed);
    const auto chance = [&](int percent) {
      return std::uniform_int_distribution<int>(1, 100)(random) <= percent;
    };
    struct {
      Bundle bundle;
      int version = 0;
    } secret;
    std::string trusted;
    struct Replica {
      Bundle seen;
      std::string trusted_seen;
      TimePoint trusted_since{};
    };
    std::vector<Replica> replicas(2);
    bool began = false;
    int renewed = 0, authorities = 0;
    for (TimePoint now = kStart; now < kStart + hours(20); now += minutes(3)) {
      for (auto& replica : replicas) {
        if (!chance(60)) continue;
        const int version = secret.version;
        replica.seen = secret.bundle;
        if (trusted != replica.trusted_seen) replica.trusted_since = now;
        replica.trusted_seen = trusted;
        const bool is_trusted = trusted == replica.seen.ca_pem && !trusted.empty() &&
                                now - replica.trusted_since >= minutes(1);
        const auto plan = next(replica.seen, wanted, is_trusted, now);
        if (plan.kind != Kind::Keep && plan.kind != Kind::AwaitTrust) {
          const auto after = apply(plan, replica.seen, wanted, now);
          ASSERT_TRUE(after);
          // Another may have written meanwhile; and an answer may be lost after the write.
          if (version == secret.version && chance(90)) {
            ++secret.version;
            secret.bundle = *after;
            ++renewed;
            if (plan.kind == Kind::MakeAuthority) ++authorities;
            if (chance(90)) replica.seen = *after;
          }
        }
        if (chance(80) && !replica.seen.ca_pem.empty()) trusted = replica.seen.ca_pem;
        began = began || !trusted.empty();
      }
      for (const auto& replica : replicas) {
        if (!began || replica.seen.serving.certificate_pem.empty()) continue;
        ASSERT_TRUE(verifies(replica.seen, trusted, now))
            << "seed " << seed << " at " << format_rfc3339(now);
      }
    }
    EXPECT_GE(renewed, 20);
    EXPECT_GE(authorities, 5);
  }
}

}  // namespace
}  // namespace karbonetes::certs
