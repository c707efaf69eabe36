// The half of certificate_source.hpp that reads files.
#include <spdlog/spdlog.h>

#include <utility>

#include "base/text_file.hpp"
#include "controller/certificate_metrics.hpp"
#include "controller/certificate_source.hpp"

namespace karbonetes::controller {

namespace {

constexpr Millis kLookAgain = std::chrono::seconds(10);
constexpr std::size_t kMaxPem = 4u << 20;

class CertificateFiles final : public CertificateSource {
 public:
  CertificateFiles(std::string certificate_file, std::string key_file, const Clock& clock,
                   metrics::Registry& metrics)
      : certificate_file_(std::move(certificate_file)),
        key_file_(std::move(key_file)),
        clock_(clock),
        metrics_(metrics) {}

  CertificateLook look(std::stop_token /*stop*/) override {
    CertificateLook out;
    out.again_at = clock_.now() + kLookAgain;
    auto pair = read();
    if (!pair) {
      complain("files", pair.error());
    } else if (pair->certificate_pem == served_) {
      told_.clear();
    } else {
      offered_ = pair->certificate_pem;
      out.pair = std::move(*pair);
    }
    return out;
  }

  void taken(const Status& outcome) override {
    if (!outcome) return complain("serve", outcome.error());
    told_.clear();
    served_ = offered_;
    if (const auto chain = certs::read_certificates(served_)) metrics_.serving(chain->front());
  }

 private:
  void complain(const char* what, const Error& error) {
    if (error.message != told_) {
      metrics_.error(what);
      spdlog::error("the webhook's certificate cannot be {}: {}",
                    served_.empty() ? "used, there is none yet" : "renewed, the old one goes on",
                    error.message);
    }
    told_ = error.message;
  }

  Result<certs::KeyPair> read() {
    auto certificate = read_text_file(certificate_file_, kMaxPem);
    if (!certificate) return fail(certificate.error());
    auto key = read_text_file(key_file_, kMaxPem);
    if (!key) return fail(key.error());
    if (*certificate == served_) return certs::KeyPair{std::move(*certificate), std::move(*key)};
    const auto chain = certs::read_certificates(*certificate);
    if (!chain)
      return fail(Errc::InvalidArgument, certificate_file_ + ": " + chain.error().message);
    if (!certs::key_fits(chain->front().pem, *key))
      return fail(Errc::InvalidArgument,
                  key_file_ + " is not the private key of " + certificate_file_);
    const auto& leaf = chain->front();
    if (leaf.not_after <= clock_.now())
      return fail(Errc::InvalidArgument,
                  certificate_file_ + " has expired at " + format_rfc3339(leaf.not_after));
    if (leaf.not_before > clock_.now())
      return fail(Errc::InvalidArgument,
                  certificate_file_ + " begins only at " + format_rfc3339(leaf.not_before));
    if (!leaf.for_servers)
      return fail(Errc::InvalidArgument, certificate_file_ +
                                             " is not for servers: its extended key usage must "
                                             "have serverAuth");
    return certs::KeyPair{std::move(*certificate), std::move(*key)};
  }

  const std::string certificate_file_, key_file_;
  const Clock& clock_;
  CertificateMetrics metrics_;
  std::string served_, offered_, told_;
};

}  // namespace

std::unique_ptr<CertificateSource> make_certificate_files(std::string certificate_file,
                                                          std::string key_file, const Clock& clock,
                                                          metrics::Registry& metrics) {
  return std::make_unique<CertificateFiles>(std::move(certificate_file), std::move(key_file), clock,
                                            metrics);
}

}  // namespace karbonetes::controller
