// Karbonetes running against a Plane: the signal service and any number of controller replicas as
// real processes, installed as `make demo` does it. Owned by one suite; not thread-safe. Everything
// is stopped by the destructor.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/plane.hpp"
#include "harness/process.hpp"

namespace karbonetes::envtest {

class Deployment {
 public:
  // CRD, namespaces, node pools, the sample policy; signal service not green; no controller yet.
  // The plane outlives it.
  [[nodiscard]] static Result<std::unique_ptr<Deployment>> install(harness::Plane& plane);
  ~Deployment();
  Deployment(const Deployment&) = delete;
  Deployment& operator=(const Deployment&) = delete;

  // How a replica is started where it is not as usual. Empty members: as usual.
  struct Launch {
    std::filesystem::path kubeconfig, log;
    std::filesystem::path certificate, key;
    std::vector<std::pair<std::string, std::string>> env;
    std::vector<std::string> wrapper;  // a program and its arguments, before the controller's
  };
  // From its next start on.
  void prepare(const std::string& replica, Launch launch);
  [[nodiscard]] std::optional<pid_t> pid(const std::string& replica);

  // A replica by name ("a", "b"): started and ready. Its webhook and metrics ports stay the same
  // over restarts.
  [[nodiscard]] Status start(const std::string& replica, std::vector<std::string> extra_args = {});
  [[nodiscard]] Status spawn(const std::string& replica,
                             std::vector<std::string> extra_args = {});  // without waiting
  [[nodiscard]] Status wait_ready(const std::string& replica);
  void kill(const std::string& replica);                         // SIGKILL
  [[nodiscard]] harness::Exit stop(const std::string& replica);  // SIGTERM, orderly
  void signal(const std::string& replica, int number);  // SIGSTOP: it hangs; SIGCONT: it goes on
  [[nodiscard]] bool running(const std::string& replica);

  // The webhook configuration, with this replica as its backend.
  [[nodiscard]] Status register_webhook(const std::string& replica);
  [[nodiscard]] Status unregister_webhook();

  // Forces the grid. The controllers hear of it by their long poll.
  [[nodiscard]] Status set_green(bool green);
  [[nodiscard]] Status stop_signal();
  [[nodiscard]] Status start_signal();

  // One series of a replica's /metrics, spelled as exposed: karbonetes_waiting_jobs{namespace="x"}.
  // nullopt: absent or down.
  [[nodiscard]] std::optional<double> metric(const std::string& replica, const std::string& series);
  // The identity in the lease, which for replica "a" is "a".
  [[nodiscard]] std::string leader();
  // Where its /metrics and /healthz are.
  [[nodiscard]] std::uint16_t metrics_port(const std::string& replica_name) {
    return replica(replica_name).metrics_port;
  }
  [[nodiscard]] std::uint16_t webhook_port(const std::string& replica_name) {
    return replica(replica_name).webhook_port;
  }
  [[nodiscard]] std::uint16_t signal_port() const { return signal_port_; }
  [[nodiscard]] std::string log_tail(const std::string& replica);
  // Where files of the suite may lie.
  [[nodiscard]] const std::filesystem::path& dir() const { return dir_; }
  // Our command line as a person would call it, with the plane's kubeconfig. Standard output and
  // error together; Errors: Internal when it fails, with what it said.
  [[nodiscard]] Result<std::string> cli(std::vector<std::string> args);

 private:
  struct Replica {
    std::uint16_t webhook_port = 0, metrics_port = 0;
    std::optional<harness::Process> process;
    Launch launch;
  };
  explicit Deployment(harness::Plane& plane) : plane_(plane) {}
  Replica& replica(const std::string& name);
  [[nodiscard]] std::filesystem::path log(const std::string& name) const;

  harness::Plane& plane_;
  std::filesystem::path dir_;
  std::map<std::string, Replica> replicas_;
  std::optional<harness::Process> signal_;
  std::uint16_t signal_port_ = 0;
};

}  // namespace karbonetes::envtest
