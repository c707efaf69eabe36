// The half of certificate_source.hpp that keeps a Secret.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "controller/certificate_metrics.hpp"
#include "controller/certificate_source.hpp"

namespace karbonetes::controller {

namespace {

using Kind = certs::Plan::Kind;

constexpr Millis kAtLeastEvery = std::chrono::minutes(1);
constexpr Millis kFirstRetry = std::chrono::seconds(1), kLastRetry = std::chrono::seconds(30);
// The API server hears of a webhook configuration by a watch of its own.
constexpr Millis kTrustSettles = std::chrono::seconds(3);
// A race is lost to another replica; a Secret that is bad after so many steps stays so.
constexpr int kMaxSteps = 6;

class CertificateKeeper final : public CertificateSource {
 public:
  CertificateKeeper(std::unique_ptr<TlsObjects> objects, certs::Wanted wanted, const Clock& clock,
                    metrics::Registry& metrics)
      : objects_(std::move(objects)),
        wanted_(std::move(wanted)),
        clock_(clock),
        metrics_(metrics) {}

  CertificateLook look(std::stop_token stop) override {
    CertificateLook out;
    const auto at = keep(stop, out);
    if (at) {
      retry_ = kFirstRetry;
      told_.clear();
      out.again_at = *at;
    } else {
      if (at.error().message != told_ && !stop.stop_requested())
        spdlog::error("the webhook's certificate cannot be kept, what is served goes on: {}",
                      at.error().message);
      told_ = at.error().message;
      out.again_at = clock_.now() + retry_;
      retry_ = std::min(retry_ * 2, kLastRetry);
    }
    return out;
  }

  void taken(const Status& outcome) override {
    if (!outcome) {
      metrics_.error("serve");
      spdlog::error("the webhook's certificate cannot be served, the old one goes on: {}",
                    outcome.error().message);
      return;
    }
    served_ = offered_;
    if (const auto read = certs::read_certificates(served_)) metrics_.serving(read->front());
  }

 private:
  tl::unexpected<Error> failed(const char* what, const Error& error) {
    metrics_.error(what);
    return fail(error.code, std::string("to ") + what + ": " + error.message);
  }

  // When to look again.
  Result<TimePoint> keep(const std::stop_token& stop, CertificateLook& out) {
    for (int step = 0; step < kMaxSteps; ++step) {
      auto kept = objects_->read(stop);
      if (!kept) {
        if (kept.error().code == Errc::NotFound)
          return failed("read", {Errc::NotFound,
                                 "the Secret of --tls-secret is not there: helm upgrade with "
                                 "certificates.mode=selfManaged puts it back; without the chart, "
                                 "make it, empty"});
        return failed("read", kept.error());
      }
      const auto now = clock_.now();
      const auto plan = certs::next(kept->bundle, wanted_, trusts(*kept, now), now);
      if (plan.kind == Kind::Keep || plan.kind == Kind::AwaitTrust) {
        const auto at = use(*kept, plan, stop, out);
        if (!at && at.error().code == Errc::Conflict) continue;
        return at;
      }
      spdlog::info("webhook certificate: {}", plan.why);
      auto after = certs::apply(plan, kept->bundle, wanted_, now);
      if (!after) return failed("issue", after.error());
      kept->bundle = std::move(*after);
      auto version = objects_->write(*kept, stop);
      // Another replica was first, or our own answer was lost: what is there now tells.
      if (!version && version.error().code != Errc::Conflict)
        return failed("write", version.error());
    }
    return failed(
        "write", {Errc::Conflict, "Secret or configuration kept changing while they were written"});
  }

  // Errors: Conflict, to read all again.
  Result<TimePoint> use(const KeptBundle& kept, const certs::Plan& plan,
                        const std::stop_token& stop, CertificateLook& out) {
    const auto now = clock_.now();
    if (kept.bundle.serving.certificate_pem != served_) {
      offered_ = kept.bundle.serving.certificate_pem;
      out.pair = kept.bundle.serving;
    }
    const auto told = objects_->trust(kept.bundle.ca_pem, stop);
    if (!told) {
      trusted_.clear();
      if (told.error().code == Errc::Conflict) return fail(told.error());
      return failed("trust", told.error());
    }
    if (*told) spdlog::info("webhook certificate: the API server is told to trust the CA");
    if (*told || trusted_ != kept.bundle.ca_pem) {
      trusted_ = kept.bundle.ca_pem;
      trusted_since_ = now;
    }
    const auto regular = std::min(kAtLeastEvery, wanted_.validity / 10);
    if (plan.kind == Kind::AwaitTrust)
      return std::min(now + regular, trusted_since_ + kTrustSettles);
    return std::min(now + regular, plan.at);
  }

  // Now, and for long enough.
  [[nodiscard]] bool trusts(const KeptBundle& kept, TimePoint now) const {
    return kept.trusted && !trusted_.empty() && trusted_ == kept.bundle.ca_pem &&
           now >= trusted_since_ + kTrustSettles;
  }

  std::unique_ptr<TlsObjects> objects_;
  const certs::Wanted wanted_;
  const Clock& clock_;
  CertificateMetrics metrics_;
  std::string served_, offered_;
  std::string trusted_;  // the ca_pem that the configuration was seen to trust
  TimePoint trusted_since_;
  Millis retry_ = kFirstRetry;
  std::string told_;
};

}  // namespace

std::unique_ptr<CertificateSource> make_certificate_keeper(std::unique_ptr<TlsObjects> objects,
                                                           certs::Wanted wanted, const Clock& clock,
                                                           metrics::Registry& metrics) {
  return std::make_unique<CertificateKeeper>(std::move(objects), std::move(wanted), clock, metrics);
}

}  // namespace karbonetes::controller
