// Plane: a real Kubernetes control plane on this machine, with KWOK for nodes and pods and
// Karpenter for buying nodes. Every part is a child process on 127.0.0.1 with a log of its own in
// one directory. Demo and tests use this one implementation; it knows nothing of carbon. Owned by
// one thread at a time; the const members may be called from several. Everything is stopped by
// stop() or the destructor, and by the kernel when the owner dies first. An error says which part
// failed and shows the last lines of its log.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "harness/audit.hpp"
#include "harness/certs.hpp"
#include "harness/kubectl.hpp"
#include "harness/layout.hpp"
#include "harness/options.hpp"
#include "harness/process.hpp"

namespace karbonetes::harness {

class Plane {
 public:
  // Returns when all of it is ready; on failure nothing is left running. Errors: NotFound
  // (binaries), Unavailable (a part ended), Timeout, Cancelled (options.stop).
  [[nodiscard]] static Result<std::unique_ptr<Plane>> start(Options options);
  ~Plane();
  Plane(const Plane&) = delete;
  Plane& operator=(const Plane&) = delete;

  // Stops all parts, clients first, and removes the directory unless it is to be kept. Safe to
  // repeat.
  void stop();

  // -- one part --
  [[nodiscard]] bool alive(Part part);
  [[nodiscard]] std::optional<pid_t> pid(Part part) const;  // nullopt when it is down
  // Sends the signal and waits for the end: SIGKILL is a crash, SIGTERM an orderly stop (killed
  // after 20 s). Errors: NotFound (not running).
  [[nodiscard]] Status end(Part part, int signal);
  // Starts a part that is down, with the same ports, data and flags, and waits until it is ready.
  [[nodiscard]] Status start(Part part);
  [[nodiscard]] Status restart(Part part, int signal);  // end, then start
  // Waits until every part that should run is ready. Errors as start().
  [[nodiscard]] Status wait_ready();

  // -- etcd --
  // Compacts etcd's history up to its newest revision. The apiserver forgets only what it must read
  // from etcd: its watch cache still answers for the revisions that it remembers. Returns the
  // revision. Errors: Unavailable.
  [[nodiscard]] Result<long long> compact();
  // Makes every resourceVersion handed out so far too old to watch from (410 Gone): compacts, and
  // restarts the apiserver so that its watch cache begins after it.
  [[nodiscard]] Status expire_watches(int signal);

  // -- looking in --
  [[nodiscard]] Result<std::vector<AuditEvent>> audit(const AuditFilter& filter = {}) const;
  [[nodiscard]] const Kubectl& kubectl() const { return kubectl_; }
  [[nodiscard]] const Layout& layout() const { return layout_; }
  [[nodiscard]] const Ports& ports() const { return ports_; }
  [[nodiscard]] const Options& options() const { return options_; }
  [[nodiscard]] std::vector<Part> parts() const;  // those that should run
  // Kubeconfig of an administrator (group system:masters).
  [[nodiscard]] std::filesystem::path kubeconfig() const { return layout_.kubeconfig("admin"); }

  // -- credentials for others; the files live in the plane's directory --
  // A client certificate for a user with groups; RBAC decides what it may do.
  [[nodiscard]] Result<std::filesystem::path> kubeconfig_for(
      const std::string& user, const std::vector<std::string>& groups);
  // A bound token of a ServiceAccount that exists, valid for 24 hours.
  [[nodiscard]] Result<std::filesystem::path> service_account_kubeconfig(
      const std::string& ns, const std::string& account);
  // For a server that the apiserver will call (webhook); verify it with ca_pem().
  [[nodiscard]] Result<KeyPair> serving_certificate(const std::vector<std::string>& names) const;
  [[nodiscard]] const std::string& ca_pem() const { return ca_.certificate_pem(); }

 private:
  Plane(Options options, Layout layout, Ports ports, CertificateAuthority ca);

  [[nodiscard]] Status prepare();   // directories, keys, certificates, kubeconfigs
  [[nodiscard]] Status bring_up();  // all parts, in order
  [[nodiscard]] Status spawn(Part part);
  [[nodiscard]] Status install_karpenter_crds();
  void release_node_leases() const;  // of a KWOK that is gone; as good as it can
  // Of those, the first in the order of starting that has ended: a cause, and not what it brought
  // down.
  [[nodiscard]] std::optional<Part> first_dead(const std::vector<Part>& wanted);
  [[nodiscard]] Status await(const std::vector<Part>& wanted);
  [[nodiscard]] bool ready(Part part);
  [[nodiscard]] tl::unexpected<Error> failure(Part part, Errc code, const std::string& what) const;
  [[nodiscard]] Result<std::filesystem::path> write_kubeconfig(const std::string& who,
                                                               const std::string& text) const;
  void say(std::string_view line) const;

  Options options_;
  Layout layout_;
  Ports ports_;
  CertificateAuthority ca_;
  Kubectl kubectl_;
  bool own_directory_ = false;
  std::map<Part, Process> running_;
};

}  // namespace karbonetes::harness
