#include "support/installation.hpp"

#include <fmt/format.h>

#include <future>
#include <sstream>

#include "harness/loopback_http.hpp"
#include "harness/ports.hpp"
#include "support/eventually.hpp"

namespace karbonetes::envtest {

namespace {

using json::Document;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr auto kUninstall = std::chrono::minutes(3);
bool ready(std::uint16_t port) {
  const auto answer = harness::loopback_request(port, "/readyz", "", seconds(2));
  return answer && answer->status == 200;
}

bool is_hook(const Document& object) {
  return object["metadata"].value("annotations", Document::object()).contains("helm.sh/hook");
}

}  // namespace

Result<std::unique_ptr<Installation>> Installation::make(const harness::Plane& plane) {
  const auto dir = plane.layout().root / "installation";
  auto helm = Helm::make(plane, dir / "helm");
  if (!helm) return fail(helm.error());
  const auto programs = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  return std::unique_ptr<Installation>(
      new Installation(plane, std::move(*helm), Kubelet(plane, dir / "pods", programs)));
}

Installation::Ports& Installation::ports(const std::string& replica) {
  auto& ports = ports_[replica];
  if (ports.webhook == 0) {
    if (const auto free = harness::free_ports(2)) ports = {(*free)[0], (*free)[1]};
  }
  return ports;
}

std::uint16_t Installation::metrics_port(const std::string& replica) {
  return ports(replica).metrics;
}

// The values name the ports of replica "a"; another has to have others on this one address.
std::map<std::string, std::string> Installation::rewrites(const std::string& replica) {
  if (replica == "a") return {};
  const auto port = [](std::uint16_t number) { return "127.0.0.1:" + std::to_string(number); };
  const auto &first = ports("a"), &own = ports(replica);
  return {{port(first.webhook), port(own.webhook)}, {port(first.metrics), port(own.metrics)}};
}

std::vector<std::string> Installation::on_loopback(std::vector<std::string> args) {
  const auto& first = ports("a");
  const auto set = [&](const std::string& value) { args.insert(args.end(), {"--set", value}); };
  set(fmt::format("webhook.url=https://127.0.0.1:{}/mutate-batch-v1-job", first.webhook));
  set("controller.listenAddress=127.0.0.1");
  set(fmt::format("controller.webhookPort={}", first.webhook));
  set(fmt::format("controller.metricsPort={}", first.metrics));
  set(fmt::format("signal.service.port={}", ports("signal").metrics));
  args.insert(args.end(), {"--namespace", kSystem});
  return args;
}

Status Installation::install(const std::filesystem::path& chart, std::vector<std::string> values) {
  std::vector<std::string> args{"install", kRelease, chart.string(), "--create-namespace"};
  args.insert(args.end(), values.begin(), values.end());
  const auto done = helm_.call(on_loopback(std::move(args)));
  if (!done) return fail(done.error());
  return {};
}

Status Installation::upgrade(const std::filesystem::path& chart, std::vector<std::string> values) {
  std::vector<std::string> args{"upgrade", kRelease, chart.string()};
  args.insert(args.end(), values.begin(), values.end());
  const auto done = helm_.call(on_loopback(std::move(args)));
  if (!done) return fail(done.error());
  return {};
}

Status Installation::rollback() {
  const auto done = helm_.call({"rollback", kRelease, "--namespace", kSystem});
  if (!done) return fail(done.error());
  return {};
}

Status Installation::run_hook(const Document& job) {
  const auto name = job["metadata"].value("name", "");
  auto process = kubelet_.start({kSystem, name, job["spec"]["template"]["spec"], {}});
  if (!process) return fail(process.error());
  const auto exit = process->wait(kUninstall);
  const bool good = exit && exit->signal == 0 && exit->code == 0;
  // What a kubelet reports, and the Job controller waits for.
  const auto pods = plane_.kubectl().list(kSystem, "pods", "batch.kubernetes.io/job-name=" + name);
  if (!pods || pods->empty()) return fail(Errc::NotFound, "the hook's pod is not there");
  const auto reported = plane_.kubectl().call(
      {"patch", "pod", (*pods)[0]["metadata"].value("name", ""), "-n", kSystem,
       "--subresource=status", "--type=merge", "-p",
       Document{{"status", {{"phase", good ? "Succeeded" : "Failed"}}}}.dump()});
  if (!reported) return fail(reported.error());
  if (!good)
    return fail(Errc::Internal,
                "the hook " + (exit ? harness::describe(*exit) : "hangs") + ":\n" + log_tail(name));
  return {};
}

Status Installation::uninstall() {
  auto helm = std::async(std::launch::async, [this] {
    return helm_.call({"uninstall", kRelease, "--namespace", kSystem, "--timeout", "2m"},
                      kUninstall);
  });
  const auto over = [&] { return helm.wait_for(milliseconds(0)) == std::future_status::ready; };
  Status hook;
  // The hook's Job is there when its pod is.
  (void)eventually(kUninstall, [&] {
    if (over()) return true;
    const auto jobs = plane_.kubectl().list(kSystem, "jobs");
    if (!jobs) return false;
    for (const auto& job : *jobs) {
      if (!is_hook(job) || job["status"].value("active", 0) == 0) continue;
      hook = run_hook(job);
      return true;
    }
    return false;
  });
  const auto done = helm.get();
  if (!done)
    return fail(done.error().code,
                done.error().message + (hook ? "" : "\n" + hook.error().message));
  return hook;
}

Result<Document> Installation::pod_template(const std::string& component) const {
  const auto found =
      plane_.kubectl().list(kSystem, "deployments", "app.kubernetes.io/component=" + component);
  if (!found) return fail(found.error());
  if (found->size() != 1)
    return fail(Errc::NotFound,
                fmt::format("{} Deployments of component {}", found->size(), component));
  return (*found)[0]["spec"]["template"];
}

Status Installation::start_controller(const std::string& replica) {
  const auto pod = pod_template("controller");
  if (!pod) return fail(pod.error());
  auto process = kubelet_.start({kSystem, replica, (*pod)["spec"], rewrites(replica)});
  if (!process) return fail(process.error());
  running_.erase(replica);
  running_.emplace(replica, std::move(*process));
  const bool up =
      eventually(seconds(60), [&] { return ready(ports(replica).metrics) || !running(replica); });
  if (up && running(replica)) return {};
  return fail(Errc::Timeout,
              "controller " + replica + " is not ready; its log ends with:\n" + log_tail(replica));
}

Status Installation::start_signal() {
  const auto pod = pod_template("signal");
  if (!pod) return fail(pod.error());
  auto process = kubelet_.start({kSystem, "signal", (*pod)["spec"], {}});
  if (!process) return fail(process.error());
  running_.erase("signal");
  running_.emplace("signal", std::move(*process));
  const bool up = eventually(seconds(20), [&] { return ready(ports("signal").metrics); });
  return up ? Status{}
            : fail(Errc::Timeout, "karbonetes-signal is not ready:\n" + log_tail("signal"));
}

harness::Exit Installation::stop(const std::string& replica) {
  const auto it = running_.find(replica);
  if (it == running_.end()) return {};
  const auto exit = it->second.stop(seconds(15));
  running_.erase(it);
  return exit;
}

bool Installation::running(const std::string& replica) {
  const auto it = running_.find(replica);
  return it != running_.end() && !it->second.poll();
}

std::string Installation::log_tail(const std::string& pod) const {
  return harness::tail(kubelet_.log(pod), 30);
}

std::optional<double> Installation::metric(const std::string& replica, const std::string& series) {
  const auto answer = harness::loopback_request(ports(replica).metrics, "/metrics", "", seconds(5));
  if (!answer || answer->status != 200) return std::nullopt;
  std::istringstream lines(answer->body);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(series + " ")) return std::stod(line.substr(series.size() + 1));
  }
  return std::nullopt;
}

Status Installation::set_green(bool green) {
  auto done =
      harness::run({"/usr/bin/curl",
                    {"-sSf", "-X", "PUT", "-H", "Content-Type: application/json", "-d",
                     std::string(R"({"green":)") + (green ? "true}" : "false}"),
                     "http://127.0.0.1:" + std::to_string(ports("signal").metrics) + "/v1/signal"},
                    {}},
                   "", seconds(10));
  if (!done) return fail(done.error());
  if (!done->ok()) return fail(Errc::Unavailable, "PUT /v1/signal: " + done->err);
  return {};
}

Result<std::vector<std::string>> Installation::objects() const {
  const auto kinds = plane_.kubectl().call({"api-resources", "--verbs=list", "-o", "name"});
  if (!kinds) return fail(kinds.error());
  std::string all;
  std::istringstream lines(*kinds);
  for (std::string kind; std::getline(lines, kind);) all += (all.empty() ? "" : ",") + kind;
  const auto found = plane_.kubectl().call({"get", all, "-A", "-o", "name", "-l",
                                            std::string("app.kubernetes.io/instance=") + kRelease});
  if (!found) return fail(found.error());
  std::vector<std::string> out;
  std::istringstream names(*found);
  for (std::string name; std::getline(names, name);) {
    if (!name.empty()) out.push_back(name);
  }
  return out;
}

}  // namespace karbonetes::envtest
