// What a control plane is made of and how it is started: values.
#pragma once

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace karbonetes::harness {

enum class Part { Etcd, ApiServer, ControllerManager, Scheduler, Kwok, Karpenter };

// In the order in which they start; they stop in the opposite one.
inline constexpr std::array kAllParts{Part::Etcd,      Part::ApiServer, Part::ControllerManager,
                                      Part::Scheduler, Part::Kwok,      Part::Karpenter};

// The program's file name, which also names its log: "kube-apiserver" -> logs/kube-apiserver.log.
[[nodiscard]] constexpr const char* name(Part part) {
  switch (part) {
    case Part::Etcd:
      return "etcd";
    case Part::ApiServer:
      return "kube-apiserver";
    case Part::ControllerManager:
      return "kube-controller-manager";
    case Part::Scheduler:
      return "kube-scheduler";
    case Part::Kwok:
      return "kwok";
    case Part::Karpenter:
      return "karpenter";
  }
  return "?";
}

// How Karpenter treats preferred terms (its PREFERENCE_POLICY).
enum class PreferencePolicy { Respect, Ignore };

struct Options {
  std::filesystem::path directory;  // empty: a fresh temporary one, removed whole; in a
  // named one only what is ours is removed
  bool keep_directory = false;    // leave certificates, data and logs after stop()
  std::filesystem::path bin_dir;  // empty: see find_binaries()
  bool controllers = true;  // controller manager and scheduler; without them Jobs are only stored
  bool kwok = true;         // without it nodes never get ready and pods never run
  bool karpenter = true;
  PreferencePolicy preference_policy = PreferencePolicy::Respect;
  // How long Karpenter collects pending pods before it buys nodes. Its own defaults are 1 s and 10
  // s.
  std::chrono::milliseconds batch_idle{300};
  std::chrono::milliseconds batch_max{3000};
  std::string feature_gates;  // "A=true,B=false" for apiserver, controller-manager, scheduler
  std::vector<std::string> apiserver_args;  // added at the end
  std::vector<std::string> etcd_args;       // likewise
  bool durable = false;  // etcd syncs its log to the disk: what benchmarks of writes need
  std::chrono::milliseconds ready_timeout = std::chrono::seconds(90);  // a busy machine is slow
  std::function<void(std::string_view)> progress;  // one line for people, on the calling thread
  std::stop_token stop;                            // ends start() early, with Cancelled
};

}  // namespace karbonetes::harness
