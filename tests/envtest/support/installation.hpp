// Karbonetes as a chart has installed it: helm writes the objects, and a Kubelet starts the
// programs from what the API server then holds. Owned by one suite; not thread-safe. Programs are
// stopped by the destructor; the release is not removed.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "support/helm.hpp"
#include "support/kubelet.hpp"

namespace karbonetes::envtest {

inline constexpr const char* kSystem = "karbonetes-system";
inline constexpr const char* kRelease = "karbonetes";

class Installation {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Installation>> make(const harness::Plane& plane);

  // `values`: arguments of helm. Besides them: the webhook is called by URL, at replica "a", and
  // all ports are free ones of 127.0.0.1.
  [[nodiscard]] Status install(const std::filesystem::path& chart,
                               std::vector<std::string> values = {});
  [[nodiscard]] Status upgrade(const std::filesystem::path& chart,
                               std::vector<std::string> values = {});
  [[nodiscard]] Status rollback();
  // Runs the hook's program as the chart says, while helm waits for it, and ends its pod as a
  // kubelet would. Errors: helm's, with the hook's last words.
  [[nodiscard]] Status uninstall();

  // A replica by name, of the Deployment with this app.kubernetes.io/component; ready when it
  // returns. `replica` "a" is the one that the webhook's URL names.
  [[nodiscard]] Status start_controller(const std::string& replica);
  [[nodiscard]] Status start_signal();
  // SIGTERM, orderly.
  [[nodiscard]] harness::Exit stop(const std::string& replica);
  [[nodiscard]] bool running(const std::string& replica);
  [[nodiscard]] std::string log_tail(const std::string& pod) const;
  [[nodiscard]] std::uint16_t metrics_port(const std::string& replica);
  [[nodiscard]] std::optional<double> metric(const std::string& replica, const std::string& series);
  [[nodiscard]] Status set_green(bool green);

  // The pod template of the Deployment with this component, as the API server has it.
  [[nodiscard]] Result<json::Document> pod_template(const std::string& component) const;
  // All objects of the release that are still there, as "kind/name".
  [[nodiscard]] Result<std::vector<std::string>> objects() const;
  [[nodiscard]] const Helm& helm() const { return helm_; }

 private:
  struct Ports {
    std::uint16_t webhook = 0, metrics = 0;
  };
  Installation(const harness::Plane& plane, Helm helm, Kubelet kubelet)
      : plane_(plane), helm_(std::move(helm)), kubelet_(std::move(kubelet)) {}
  [[nodiscard]] Ports& ports(const std::string& replica);
  // The chart's values that let its pods live on one machine.
  [[nodiscard]] std::vector<std::string> on_loopback(std::vector<std::string> args);
  [[nodiscard]] Status run_hook(const json::Document& job);
  [[nodiscard]] std::map<std::string, std::string> rewrites(const std::string& replica);

  const harness::Plane& plane_;
  Helm helm_;
  Kubelet kubelet_;
  std::map<std::string, Ports> ports_;
  std::map<std::string, harness::Process> running_;
};

}  // namespace karbonetes::envtest
