// Where a control plane keeps its things, where its programs are, and which command line each part
// gets. Pure but for find_binaries() and remove_files(). The traps that these flags step around are
// explained where they are set, in layout.cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "harness/certs.hpp"
#include "harness/options.hpp"
#include "harness/process.hpp"

namespace karbonetes::harness {

struct Ports {
  std::uint16_t etcd_client = 0;
  std::uint16_t etcd_peer = 0;
  std::uint16_t apiserver = 0;
  std::uint16_t kwok = 0;
  std::uint16_t karpenter_health = 0;
  std::uint16_t karpenter_metrics = 0;
};

struct Layout {
  std::filesystem::path root;
  std::filesystem::path bin;

  [[nodiscard]] std::filesystem::path pki(const char* file) const { return root / "pki" / file; }
  [[nodiscard]] std::filesystem::path etcd_data() const { return root / "etcd"; }
  [[nodiscard]] std::filesystem::path logs() const { return root / "logs"; }
  [[nodiscard]] std::filesystem::path log(Part part) const {
    return logs() / (std::string(name(part)) + ".log");
  }
  [[nodiscard]] std::filesystem::path audit_log() const { return logs() / "audit.log"; }
  [[nodiscard]] std::filesystem::path kubeconfig(const std::string& who) const {
    return root / (who + ".kubeconfig");
  }
  [[nodiscard]] std::filesystem::path karpenter_crds() const {
    return bin.parent_path() / "share" / "karpenter-crds";
  }
};

// Removes what a plane made in its directory, and the directory when nothing else is in it. Files
// of others stay.
void remove_files(const Layout& layout);

// The folder of the binaries: `wanted`, else $KARBONETES_CONTROL_PLANE_BIN, else what
// scripts/control-plane-bin.sh prints. Errors: NotFound, naming the first program that is missing
// and the script that builds it.
[[nodiscard]] Result<std::filesystem::path> find_binaries(const Options& options);

// Kubeconfig text for the apiserver at `port` with a client certificate, or with a bearer token.
[[nodiscard]] std::string kubeconfig_text(std::uint16_t port, const std::string& ca_pem,
                                          const std::string& user, const KeyPair& credentials);
[[nodiscard]] std::string kubeconfig_text(std::uint16_t port, const std::string& ca_pem,
                                          const std::string& user, const std::string& token);

// The command line of a part.
[[nodiscard]] Command command_for(Part part, const Layout& layout, const Ports& ports,
                                  const Options& options);

}  // namespace karbonetes::harness
