#include "harness/layout.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <cstdlib>
#include <vector>

namespace karbonetes::harness {
namespace {

// Set by CMake: the folder controlplane/ of the sources.
const std::filesystem::path kAssets = KARBONETES_CONTROLPLANE_DIR;

std::string base64(const std::string& data) {
  std::string out(4 * ((data.size() + 2) / 3) + 1, '\0');
  const int written = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                      reinterpret_cast<const unsigned char*>(data.data()),
                                      static_cast<int>(data.size()));
  out.resize(static_cast<std::size_t>(written));
  return out;
}

std::string kubeconfig_with(std::uint16_t port, const std::string& ca_pem, const std::string& user,
                            const std::string& credentials) {
  return fmt::format(R"(apiVersion: v1
kind: Config
clusters:
- name: karbonetes
  cluster:
    server: https://127.0.0.1:{}
    certificate-authority-data: {}
users:
- name: "{}"
  user:
{}contexts:
- name: karbonetes
  context:
    cluster: karbonetes
    user: "{}"
current-context: karbonetes
)",
                     port, base64(ca_pem), user, credentials, user);
}

Command etcd(const Layout& layout, const Ports& ports, const Options& options) {
  const auto client = fmt::format("http://127.0.0.1:{}", ports.etcd_client);
  const auto peer = fmt::format("http://127.0.0.1:{}", ports.etcd_peer);
  Command command{layout.bin / "etcd",
                  {"--name=karbonetes", "--data-dir=" + layout.etcd_data().string(),
                   "--listen-client-urls=" + client, "--advertise-client-urls=" + client,
                   "--listen-peer-urls=" + peer, "--initial-advertise-peer-urls=" + peer,
                   "--initial-cluster=karbonetes=" + peer, "--log-level=warn"},
                  {}};
  // A crash of the machine may lose data; a crash of etcd (all that tests do) does not.
  if (!options.durable) command.args.emplace_back("--unsafe-no-fsync");
  command.args.insert(command.args.end(), options.etcd_args.begin(), options.etcd_args.end());
  return command;
}

Command apiserver(const Layout& layout, const Ports& ports, const Options& options) {
  Command command{
      layout.bin / "kube-apiserver",
      {fmt::format("--etcd-servers=http://127.0.0.1:{}", ports.etcd_client),
       "--bind-address=127.0.0.1",
       // Without it the server looks for a network interface, and fails on a machine that has none.
       "--advertise-address=127.0.0.1", fmt::format("--secure-port={}", ports.apiserver),
       "--tls-cert-file=" + layout.pki("apiserver.crt").string(),
       "--tls-private-key-file=" + layout.pki("apiserver.key").string(),
       "--client-ca-file=" + layout.pki("ca.crt").string(),
       "--service-account-key-file=" + layout.pki("service-accounts.pub").string(),
       "--service-account-signing-key-file=" + layout.pki("service-accounts.key").string(),
       fmt::format("--service-account-issuer=https://127.0.0.1:{}", ports.apiserver),
       "--service-cluster-ip-range=10.0.0.0/24", "--authorization-mode=RBAC",
       // The Service "kubernetes" would need a routable endpoint; nothing here uses it.
       "--endpoint-reconciler-type=none",
       "--audit-policy-file=" + (kAssets / "audit" / "policy.yaml").string(),
       "--audit-log-path=" + layout.audit_log().string(),
       // One file without rotation: tests read all of it.
       "--audit-log-maxsize=0", "--audit-log-mode=blocking", "--profiling=false",
       // Without it an orderly stop waits a minute for watches that nobody ends.
       "--shutdown-watch-termination-grace-period=1s"},
      {}};
  if (!options.feature_gates.empty()) {
    command.args.push_back("--feature-gates=" + options.feature_gates);
  }
  command.args.insert(command.args.end(), options.apiserver_args.begin(),
                      options.apiserver_args.end());
  return command;
}

Command controller_manager(const Layout& layout, const Options& options) {
  Command command{
      layout.bin / "kube-controller-manager",
      {"--kubeconfig=" + layout.kubeconfig(name(Part::ControllerManager)).string(),
       "--service-account-private-key-file=" + layout.pki("service-accounts.key").string(),
       "--root-ca-file=" + layout.pki("ca.crt").string(), "--leader-elect=false", "--secure-port=0",
       "--kube-api-qps=200", "--kube-api-burst=400", "--concurrent-job-syncs=10",
       // Only what batch work needs. Without node-lifecycle the not-ready taint is never lifted
       // from a node, and nothing is ever scheduled.
       "--controllers=job-controller,cronjob-controller,garbage-collector-controller,"
       "namespace-controller,serviceaccount-controller,serviceaccount-token-controller,"
       "ttl-after-finished-controller,disruption-controller,node-lifecycle-controller,"
       "taint-eviction-controller,pod-garbage-collector-controller,"
       "clusterrole-aggregation-controller,root-ca-certificate-publisher-controller,"
       "replicaset-controller,deployment-controller,resourcequota-controller"},
      {}};
  if (!options.feature_gates.empty()) {
    command.args.push_back("--feature-gates=" + options.feature_gates);
  }
  return command;
}

Command scheduler(const Layout& layout, const Options& options) {
  Command command{
      layout.bin / "kube-scheduler",
      {"--kubeconfig=" + layout.kubeconfig(name(Part::Scheduler)).string(), "--leader-elect=false",
       "--secure-port=0", "--kube-api-qps=200", "--kube-api-burst=400"},
      {}};
  if (!options.feature_gates.empty()) {
    command.args.push_back("--feature-gates=" + options.feature_gates);
  }
  return command;
}

Command kwok(const Layout& layout, const Ports& ports) {
  Command command{
      layout.bin / "kwok",
      {"--kubeconfig=" + layout.kubeconfig(name(Part::Kwok)).string(), "--manage-all-nodes=true",
       "--node-lease-duration-seconds=40", "--cidr=10.64.0.1/16", "--node-ip=10.63.0.1",
       fmt::format("--server-address=127.0.0.1:{}", ports.kwok)},
      {}};
  for (const char* file : {"nodes.yaml", "pods.yaml"}) {
    command.args.push_back("--config=" + (kAssets / "kwok" / file).string());
  }
  return command;
}

Command karpenter(const Layout& layout, const Ports& ports, const Options& options) {
  const bool ignore = options.preference_policy == PreferencePolicy::Ignore;
  return {layout.bin / "karpenter",
          {},
          {{"KUBECONFIG", layout.kubeconfig(name(Part::Karpenter)).string()},
           {"SYSTEM_NAMESPACE", "kube-system"},
           {"DISABLE_LEADER_ELECTION", "true"},
           {"KUBERNETES_MIN_VERSION", "1.19.0-0"},
           // It listens on all addresses and offers no way to say otherwise.
           {"METRICS_PORT", std::to_string(ports.karpenter_metrics)},
           {"HEALTH_PROBE_PORT", std::to_string(ports.karpenter_health)},
           {"CPU_REQUESTS", "1000"},
           {"MEMORY_LIMIT", std::to_string(1LL << 30)},
           {"FEATURE_GATES", ""},
           {"PREFERENCE_POLICY", ignore ? "Ignore" : "Respect"},
           {"BATCH_IDLE_DURATION", fmt::format("{}ms", options.batch_idle.count())},
           {"BATCH_MAX_DURATION", fmt::format("{}ms", options.batch_max.count())}}};
}

Result<std::filesystem::path> binaries_folder(const Options& options) {
  if (!options.bin_dir.empty()) return options.bin_dir;
  if (const char* wanted = std::getenv("KARBONETES_CONTROL_PLANE_BIN");
      wanted != nullptr && *wanted != '\0') {
    return std::filesystem::path(wanted);
  }
  auto done = run({kAssets.parent_path() / "scripts" / "control-plane-bin.sh", {}, {}}, {},
                  std::chrono::seconds(10));
  if (!done) return fail(done.error());
  if (!done->ok()) return fail(Errc::NotFound, "scripts/control-plane-bin.sh: " + done->err);
  while (!done->out.empty() && done->out.back() == '\n') done->out.pop_back();
  return std::filesystem::path(done->out);
}

}  // namespace

void remove_files(const Layout& layout) {
  std::error_code ignored;
  for (const char* entry : {"pki", "etcd", "logs", "kubectl-cache", "plane.json"}) {
    std::filesystem::remove_all(layout.root / entry, ignored);
  }
  std::vector<std::filesystem::path> kubeconfigs;
  for (const auto& entry : std::filesystem::directory_iterator(layout.root, ignored)) {
    if (entry.path().extension() == ".kubeconfig") kubeconfigs.push_back(entry.path());
  }
  for (const auto& file : kubeconfigs) std::filesystem::remove(file, ignored);
  std::filesystem::remove(layout.root, ignored);  // fails when it is not empty, as it should
}

Result<std::filesystem::path> find_binaries(const Options& options) {
  auto folder = binaries_folder(options);
  if (!folder) return folder;
  std::vector<std::string> wanted{"kubectl"};
  for (const Part part : kAllParts) wanted.emplace_back(name(part));
  for (const auto& program : wanted) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(*folder / program, ignored)) {
      return fail(Errc::NotFound, fmt::format("no {} in {}: run scripts/build-control-plane.sh",
                                              program, folder->string()));
    }
  }
  return folder;
}

std::string kubeconfig_text(std::uint16_t port, const std::string& ca_pem, const std::string& user,
                            const KeyPair& credentials) {
  return kubeconfig_with(
      port, ca_pem, user,
      fmt::format("    client-certificate-data: {}\n    client-key-data: {}\n",
                  base64(credentials.certificate_pem), base64(credentials.private_key_pem)));
}

std::string kubeconfig_text(std::uint16_t port, const std::string& ca_pem, const std::string& user,
                            const std::string& token) {
  return kubeconfig_with(port, ca_pem, user, "    token: " + token + "\n");
}

Command command_for(Part part, const Layout& layout, const Ports& ports, const Options& options) {
  switch (part) {
    case Part::Etcd:
      return etcd(layout, ports, options);
    case Part::ApiServer:
      return apiserver(layout, ports, options);
    case Part::ControllerManager:
      return controller_manager(layout, options);
    case Part::Scheduler:
      return scheduler(layout, options);
    case Part::Kwok:
      return kwok(layout, ports);
    case Part::Karpenter:
      break;
  }
  return karpenter(layout, ports, options);
}

}  // namespace karbonetes::harness
