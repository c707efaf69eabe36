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
      if (pair.error().message != told_) {
        metrics_.error("files");
        spdlog::error("the webhook's certificate cannot be {}: {}",
                      served_.empty() ? "read" : "renewed, the old one goes on",
                      pair.error().message);
      }
      told_ = pair.error().message;
      return out;
    }
    told_.clear();
    if (pair->certificate_pem == served_) return out;
    served_ = pair->certificate_pem;
    out.pair = std::move(*pair);
    return out;
  }

 private:
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
    if (chain->front().not_after <= clock_.now())
      return fail(Errc::InvalidArgument, certificate_file_ + " has expired at " +
                                             format_rfc3339(chain->front().not_after));
    metrics_.serving(chain->front());
    return certs::KeyPair{std::move(*certificate), std::move(*key)};
  }

  const std::string certificate_file_, key_file_;
  const Clock& clock_;
  CertificateMetrics metrics_;
  std::string served_, told_;
};

}  // namespace

std::unique_ptr<CertificateSource> make_certificate_files(std::string certificate_file,
                                                          std::string key_file, const Clock& clock,
                                                          metrics::Registry& metrics) {
  return std::make_unique<CertificateFiles>(std::move(certificate_file), std::move(key_file), clock,
                                            metrics);
}

}  // namespace karbonetes::controller
