#include "harness/plane.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <stdlib.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <thread>

#include "harness/loopback_http.hpp"
#include "harness/ports.hpp"

namespace karbonetes::harness {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kPollInterval = std::chrono::milliseconds(50);
constexpr auto kProbeTimeout = std::chrono::seconds(5);
constexpr auto kOrderlyStop = std::chrono::seconds(20);   // of one part, when a test asks for it
constexpr auto kTeardownGrace = std::chrono::seconds(2);  // of each, when all of it goes
constexpr std::size_t kLogLines = 15;

Status write_file(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  std::error_code ignored;
  // Before the first byte: most of these files hold keys.
  std::filesystem::permissions(
      file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, ignored);
  out << text;
  out.close();
  if (!out) return fail(Errc::Unavailable, "cannot write " + file.string());
  return {};
}

Result<std::filesystem::path> make_directory(const Options& options) {
  std::error_code error;
  if (options.directory.empty()) {
    auto pattern =
        (std::filesystem::temp_directory_path(error) / "karbonetes-plane-XXXXXX").string();
    if (error || mkdtemp(pattern.data()) == nullptr) {
      return fail(Errc::Unavailable, "cannot make a temporary directory " + pattern);
    }
    return std::filesystem::path(pattern);
  }
  auto directory = std::filesystem::absolute(options.directory, error);
  if (!error) std::filesystem::create_directories(directory, error);
  if (error) {
    return fail(Errc::Unavailable,
                fmt::format("cannot make {}: {}", options.directory.string(), error.message()));
  }
  if (std::filesystem::exists(directory / "etcd", error)) {
    return fail(Errc::AlreadyExists, directory.string() +
                                         " holds another control plane: stop it and remove the "
                                         "directory, or name another");
  }
  return directory;
}

// The name of a user as a part of a file name.
std::string file_name(std::string user) {
  for (char& c : user) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '.') c = '_';
  }
  return "user-" + user;
}

}  // namespace

Result<std::unique_ptr<Plane>> Plane::start(Options options) {
  auto bin = find_binaries(options);
  if (!bin) return fail(bin.error());
  auto ports = free_ports(6);
  if (!ports) return fail(ports.error());
  auto ca = CertificateAuthority::make("karbonetes-local-ca");
  if (!ca) return fail(ca.error());
  auto root = make_directory(options);
  if (!root) return fail(root.error());
  const auto& p = *ports;
  // The constructor is private: make_unique cannot reach it.
  std::unique_ptr<Plane> plane(new Plane(std::move(options), Layout{*root, *bin},
                                         Ports{p[0], p[1], p[2], p[3], p[4], p[5]},
                                         std::move(*ca)));
  if (auto done = plane->prepare(); !done) return fail(done.error());
  if (auto done = plane->bring_up(); !done) return fail(done.error());
  return plane;
}

Plane::Plane(Options options, Layout layout, Ports ports, CertificateAuthority ca)
    : options_(std::move(options)),
      layout_(std::move(layout)),
      ports_(ports),
      ca_(std::move(ca)),
      kubectl_(layout_.bin / "kubectl", layout_.kubeconfig("admin")),
      own_directory_(!options_.keep_directory) {}

Plane::~Plane() { stop(); }

std::vector<Part> Plane::parts() const {
  std::vector<Part> wanted;
  for (const Part part : kAllParts) {
    if (part == Part::ControllerManager && !options_.controllers) continue;
    if (part == Part::Scheduler && !options_.controllers) continue;
    if (part == Part::Kwok && !options_.kwok) continue;
    if (part == Part::Karpenter && !options_.karpenter) continue;
    wanted.push_back(part);
  }
  return wanted;
}

Status Plane::prepare() {
  std::error_code error;
  for (const auto& folder : {layout_.root / "pki", layout_.logs(), layout_.etcd_data()}) {
    std::filesystem::create_directories(folder, error);
    // etcd refuses a data folder that others can read.
    if (!error) std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
    if (error) return fail(Errc::Unavailable, "cannot make " + folder.string());
  }
  const auto serving = ca_.issue_server({"127.0.0.1", "localhost", "kubernetes", "10.0.0.1"});
  if (!serving) return fail(serving.error());
  const auto signing = make_signing_key();
  if (!signing) return fail(signing.error());
  for (const auto& [file, text] :
       {std::pair<const char*, const std::string&>{"ca.crt", ca_.certificate_pem()},
        {"apiserver.crt", serving->certificate_pem},
        {"apiserver.key", serving->private_key_pem},
        {"service-accounts.pub", signing->public_key_pem},
        {"service-accounts.key", signing->private_key_pem}}) {
    if (auto done = write_file(layout_.pki(file), text); !done) return done;
  }
  // Each part has a name of its own, so that the audit log tells them apart.
  const std::pair<std::string, std::string> users[] = {
      {"admin", "kubernetes-admin"},
      {name(Part::ControllerManager), "system:kube-controller-manager"},
      {name(Part::Scheduler), "system:kube-scheduler"},
      {name(Part::Kwok), "kwok"},
      {name(Part::Karpenter), "karpenter"}};
  for (const auto& [who, user] : users) {
    const auto pair = ca_.issue_client(user, {"system:masters"});
    if (!pair) return fail(pair.error());
    auto written = write_kubeconfig(
        who, kubeconfig_text(ports_.apiserver, ca_.certificate_pem(), user, *pair));
    if (!written) return fail(written.error());
  }
  return {};
}

Status Plane::bring_up() {
  // The apiserver waits for etcd by itself, and spends its first second on other things.
  for (const Part part : {Part::Etcd, Part::ApiServer}) {
    if (auto done = spawn(part); !done) return done;
  }
  if (auto done = await({Part::Etcd, Part::ApiServer}); !done) return done;
  std::vector<Part> rest;
  for (const Part part : parts()) {
    if (part != Part::Etcd && part != Part::ApiServer) rest.push_back(part);
  }
  for (const Part part : rest) {
    if (part == Part::Karpenter) continue;
    if (auto done = spawn(part); !done) return done;
  }
  if (options_.karpenter) {
    if (auto done = install_karpenter_crds(); !done) return done;
    if (auto done = spawn(Part::Karpenter); !done) return done;
  }
  return await(rest);
}

Status Plane::spawn(Part part) {
  auto process = Process::spawn(command_for(part, layout_, ports_, options_), layout_.log(part));
  if (!process) return fail(process.error());
  running_.insert_or_assign(part, std::move(*process));
  return {};
}

Status Plane::install_karpenter_crds() {
  const auto folder = layout_.karpenter_crds();
  if (!std::filesystem::is_directory(folder)) {
    return fail(Errc::NotFound,
                "no CRDs in " + folder.string() + ": run scripts/build-control-plane.sh");
  }
  // Created, not applied: nothing is there yet, and the CRDs are larger than apply's annotation may
  // be.
  auto done = kubectl_.call({"create", "-f", folder.string()});
  if (!done) return fail(done.error());
  done = kubectl_.call({"wait", "--for=condition=Established", "crd", "--all", "--timeout=20s"});
  if (!done) return fail(done.error());
  return {};
}

bool Plane::ready(Part part) {
  const auto healthy = [](std::uint16_t port, const char* path) {
    const auto answer = loopback_request(port, path, {}, kProbeTimeout);
    return answer && answer->status == 200;
  };
  switch (part) {
    case Part::Etcd:
      return healthy(ports_.etcd_client, "/health");
    case Part::ApiServer:
      return kubectl_.call({"get", "--raw", "/readyz"}, {}, kProbeTimeout, options_.stop)
          .has_value();
    case Part::ControllerManager:
      // No pod can be created before this account exists: it is what its readiness means to others.
      return kubectl_
          .call({"get", "serviceaccount", "default", "--namespace=default"}, {}, kProbeTimeout,
                options_.stop)
          .has_value();
    case Part::Scheduler:
      return true;  // has no port; a pod that waits for it is bound when it is up
    case Part::Kwok:
      return healthy(ports_.kwok, "/readyz");
    case Part::Karpenter:
      return healthy(ports_.karpenter_health, "/readyz");
  }
  return false;
}

std::optional<Part> Plane::first_dead(const std::vector<Part>& wanted) {
  const auto dead = [&](Part part) { return running_.at(part).poll().has_value(); };
  const auto find = [&] { return std::ranges::find_if(wanted, dead); };
  if (find() == wanted.end()) return std::nullopt;
  // Again: one before it may have died since it was looked at.
  return *find();
}

Status Plane::await(const std::vector<Part>& wanted) {
  const auto begin = Clock::now();
  std::vector<Part> waiting = wanted;
  while (true) {
    for (auto it = waiting.begin(); it != waiting.end();) {
      if (const auto part = first_dead(wanted)) {
        return failure(*part, Errc::Unavailable, describe(*running_.at(*part).poll()));
      }
      if (!ready(*it)) {
        ++it;
        continue;
      }
      const std::chrono::duration<double> took = Clock::now() - begin;
      say(fmt::format("{} is ready ({:.1f} s)", name(*it), took.count()));
      it = waiting.erase(it);
    }
    if (waiting.empty()) return {};
    if (options_.stop.stop_requested()) {
      return fail(Errc::Cancelled, "stopped while starting");
    }
    if (Clock::now() - begin > options_.ready_timeout) {
      return failure(waiting.front(), Errc::Timeout,
                     fmt::format("was not ready within {} ms", options_.ready_timeout.count()));
    }
    std::this_thread::sleep_for(kPollInterval);
  }
}

tl::unexpected<Error> Plane::failure(Part part, Errc code, const std::string& what) const {
  return fail(code, fmt::format("{} {}; the last lines of {}:\n{}", name(part), what,
                                layout_.log(part).string(), tail(layout_.log(part), kLogLines)));
}

bool Plane::alive(Part part) {
  const auto it = running_.find(part);
  return it != running_.end() && !it->second.poll();
}

std::optional<pid_t> Plane::pid(Part part) const {
  const auto it = running_.find(part);
  if (it == running_.end()) return std::nullopt;
  return it->second.pid();
}

Status Plane::end(Part part, int signal) {
  const auto it = running_.find(part);
  if (it == running_.end()) {
    return fail(Errc::NotFound, std::string(name(part)) + " is not running");
  }
  it->second.signal(signal);
  if (!it->second.wait(kOrderlyStop)) it->second.stop(std::chrono::milliseconds(0));
  running_.erase(it);
  return {};
}

Status Plane::start(Part part) {
  if (alive(part)) return await({part});
  if (part == Part::Kwok) release_node_leases();
  if (auto done = spawn(part); !done) return done;
  return await({part});
}

void Plane::release_node_leases() const {
  // Each KWOK has an identity of its own and waits until the leases of the one before it have
  // expired, 40 s in which no pod would run. With the apiserver down they stay, and that wait is
  // what a real crash costs.
  (void)kubectl_.call({"delete", "leases", "--all", "--namespace=kube-node-lease", "--wait=false"});
}

Status Plane::restart(Part part, int signal) {
  if (auto done = end(part, signal); !done) return done;
  return start(part);
}

Status Plane::wait_ready() {
  for (const Part part : parts()) {
    if (!running_.contains(part)) {
      return fail(Errc::Unavailable, std::string(name(part)) + " is down: start it first");
    }
  }
  return await(parts());
}

Result<long long> Plane::compact() {
  const auto ask = [this](const char* path, const std::string& body) {
    return loopback_request(ports_.etcd_client, path, body, kProbeTimeout);
  };
  const auto refused = [](const Answer& answer) {
    return fail(Errc::Unavailable, fmt::format("etcd answered {}: {}", answer.status, answer.body));
  };
  // Any read tells the newest revision; "AA==" is the key \0. 64-bit numbers are strings in etcd's
  // JSON.
  const auto newest = ask("/v3/kv/range", R"({"key":"AA==","limit":"1"})");
  if (!newest) return fail(newest.error());
  if (newest->status != 200) return refused(*newest);
  const auto document = json::parse(newest->body);
  if (!document) return fail(document.error());
  const std::string revision =
      document->value(json::Document::json_pointer("/header/revision"), std::string());
  if (revision.empty()) return fail(Errc::Parse, "etcd did not tell its revision");
  const auto done =
      ask("/v3/kv/compaction", fmt::format(R"({{"revision":"{}","physical":true}})", revision));
  if (!done) return fail(done.error());
  // Nothing was written since the last compaction: it is as compact as it can be.
  const bool already = done->body.find("has been compacted") != std::string::npos;
  if (done->status != 200 && !already) return refused(*done);
  return std::strtoll(revision.c_str(), nullptr, 10);
}

Status Plane::expire_watches(int signal) {
  if (const auto done = compact(); !done) return fail(done.error());
  return restart(Part::ApiServer, signal);
}

Result<std::vector<AuditEvent>> Plane::audit(const AuditFilter& filter) const {
  return read_audit_log(layout_.audit_log(), filter);
}

Result<std::filesystem::path> Plane::write_kubeconfig(const std::string& who,
                                                      const std::string& text) const {
  auto file = layout_.kubeconfig(who);
  if (auto done = write_file(file, text); !done) return fail(done.error());
  return file;
}

Result<std::filesystem::path> Plane::kubeconfig_for(const std::string& user,
                                                    const std::vector<std::string>& groups) {
  const auto pair = ca_.issue_client(user, groups);
  if (!pair) return fail(pair.error());
  return write_kubeconfig(file_name(user),
                          kubeconfig_text(ports_.apiserver, ca_.certificate_pem(), user, *pair));
}

Result<std::filesystem::path> Plane::service_account_kubeconfig(const std::string& ns,
                                                                const std::string& account) {
  auto token = kubectl_.call({"create", "token", account, "--namespace=" + ns, "--duration=24h"});
  if (!token) return fail(token.error());
  while (!token->empty() && token->back() == '\n') token->pop_back();
  const std::string user = "system:serviceaccount:" + ns + ":" + account;
  return write_kubeconfig(file_name(user),
                          kubeconfig_text(ports_.apiserver, ca_.certificate_pem(), user, *token));
}

Result<KeyPair> Plane::serving_certificate(const std::vector<std::string>& names) const {
  return ca_.issue_server(names);
}

void Plane::stop() {
  // The clients all at once, then the server, then its store: none of them waits for one that is
  // gone.
  const std::vector<std::vector<Part>> waves{
      {Part::Karpenter, Part::Kwok, Part::Scheduler, Part::ControllerManager},
      {Part::ApiServer},
      {Part::Etcd}};
  for (const auto& wave : waves) {
    for (const Part part : wave) {
      if (const auto it = running_.find(part); it != running_.end()) it->second.signal(SIGTERM);
    }
    const auto deadline = Clock::now() + kTeardownGrace;
    for (const Part part : wave) {
      const auto it = running_.find(part);
      if (it == running_.end()) continue;
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
      if (!it->second.wait(std::max(left, std::chrono::milliseconds(0)))) {
        it->second.stop(std::chrono::milliseconds(0));
      }
      running_.erase(it);
    }
  }
  if (own_directory_) {
    if (options_.directory.empty()) {
      // Ours alone, with whatever tests have put beside it.
      std::error_code ignored;
      std::filesystem::remove_all(layout_.root, ignored);
    } else {
      remove_files(layout_);
    }
  }
  own_directory_ = false;
}

void Plane::say(std::string_view line) const {
  if (options_.progress) options_.progress(line);
}

}  // namespace karbonetes::harness
