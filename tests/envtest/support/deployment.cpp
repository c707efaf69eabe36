#include "support/deployment.hpp"

#include <signal.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "harness/loopback_http.hpp"
#include "harness/ports.hpp"
#include "support/eventually.hpp"
#include "support/files.hpp"

namespace karbonetes::envtest {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Our programs lie beside the test's.
std::filesystem::path program(const std::string& name) {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / name;
}

std::string read(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void write(const std::filesystem::path& file, const std::string& text) {
  std::ofstream(file) << text;
}

std::string base64(const std::string& text) {
  auto done = harness::run({"/usr/bin/base64", {"-w0"}, {}}, text, seconds(10));
  return done ? done->out : std::string();
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  if (const auto at = text.find(from); at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

}  // namespace

Result<std::unique_ptr<Deployment>> Deployment::install(harness::Plane& plane) {
  std::unique_ptr<Deployment> d(new Deployment(plane));
  d->dir_ = plane.layout().root / "karbonetes";
  std::filesystem::create_directories(d->dir_);
  auto pair = plane.serving_certificate({"127.0.0.1"});
  if (!pair) return fail(pair.error());
  write(d->dir_ / "webhook.crt", pair->certificate_pem);
  write(d->dir_ / "webhook.key", pair->private_key_pem);
  const auto& kubectl = plane.kubectl();
  if (auto s = kubectl.apply_file(source_file("config/crd/bases")); !s) return fail(s.error());
  if (auto s = kubectl.call(
          {"wait", "--for=condition=Established", "crd/carbonawarepolicies.carbon-aware.io"});
      !s) {
    return fail(s.error());
  }
  if (auto s = kubectl.call({"create", "namespace", "karbonetes-system"}); !s)
    return fail(s.error());
  const auto with_pools = plane.options().karpenter;
  auto s = with_pools ? kubectl.apply_kustomization(sample("local"))
                      : kubectl.apply_file(sample("00-namespace.yaml"));
  if (!s) return fail(s.error());
  if (auto policy = kubectl.apply_file(sample("carbonawarepolicy-default.yaml")); !policy)
    return fail(policy.error());
  if (auto started = d->start_signal(); !started) return fail(started.error());
  return d;
}

Deployment::~Deployment() {
  for (auto& [name, replica] : replicas_) {
    if (replica.process) replica.process->stop(seconds(10));
  }
  if (signal_) signal_->stop(seconds(10));
}

std::filesystem::path Deployment::log(const std::string& name) const {
  return dir_ / (name + ".log");
}

Deployment::Replica& Deployment::replica(const std::string& name) {
  auto& r = replicas_[name];
  if (r.webhook_port == 0) {
    const auto ports = harness::free_ports(2);
    if (ports) {
      r.webhook_port = (*ports)[0];
      r.metrics_port = (*ports)[1];
    }
  }
  return r;
}

Status Deployment::spawn(const std::string& name, std::vector<std::string> extra_args) {
  auto& r = replica(name);
  const auto local = [](std::uint16_t port) { return "127.0.0.1:" + std::to_string(port); };
  const auto& launch = r.launch;
  const auto or_usual = [](const std::filesystem::path& path, const std::filesystem::path& usual) {
    return (path.empty() ? usual : path).string();
  };
  std::vector<std::string> args{
      "--kubeconfig",     or_usual(launch.kubeconfig, plane_.kubeconfig()),
      "--webhook-listen", local(r.webhook_port),
      "--metrics-listen", local(r.metrics_port),
      "--tls-cert-file",  or_usual(launch.certificate, dir_ / "webhook.crt"),
      "--tls-key-file",   or_usual(launch.key, dir_ / "webhook.key"),
      "--identity",       name,
      "--log-format",     "text",
      "--log-level",      "debug"};
  if (std::ranges::find(extra_args, "--signal-config") == extra_args.end()) {
    args.insert(args.end(), {"--signal-url", "http://" + local(signal_port_)});
  }
  args.insert(args.end(), extra_args.begin(), extra_args.end());
  harness::Command command{program("karbonetes-controller"), std::move(args), launch.env};
  if (!launch.wrapper.empty()) {
    command.args.insert(command.args.begin(), command.program.string());
    command.args.insert(command.args.begin(), launch.wrapper.begin() + 1, launch.wrapper.end());
    command.program = launch.wrapper.front();
  }
  auto process = harness::Process::spawn(command, launch.log.empty() ? log(name) : launch.log);
  if (!process) return fail(process.error());
  r.process.emplace(std::move(*process));
  return {};
}

Status Deployment::wait_ready(const std::string& name) {
  auto& r = replica(name);
  const bool ready = eventually(seconds(30), [&] {
    const auto answer = harness::loopback_request(r.metrics_port, "/readyz", "", seconds(2));
    return answer && answer->status == 200;
  });
  if (ready) return {};
  return fail(Errc::Timeout,
              "controller " + name + " is not ready; its log ends with:\n" + log_tail(name));
}

Status Deployment::start(const std::string& name, std::vector<std::string> extra_args) {
  if (auto s = spawn(name, std::move(extra_args)); !s) return s;
  return wait_ready(name);
}

void Deployment::kill(const std::string& name) {
  auto& r = replica(name);
  if (!r.process) return;
  r.process->signal(SIGKILL);
  (void)r.process->wait(seconds(10));
  r.process.reset();
}

harness::Exit Deployment::stop(const std::string& name) {
  auto& r = replica(name);
  if (!r.process) return {};
  const auto exit = r.process->stop(seconds(15));
  r.process.reset();
  return exit;
}

void Deployment::signal(const std::string& name, int number) {
  if (auto& r = replica(name); r.process) r.process->signal(number);
}

void Deployment::prepare(const std::string& name, Launch launch) {
  replica(name).launch = std::move(launch);
}

std::optional<pid_t> Deployment::pid(const std::string& name) {
  const auto& r = replica(name);
  return r.process ? std::optional(r.process->pid()) : std::nullopt;
}

bool Deployment::running(const std::string& name) {
  auto& r = replica(name);
  return r.process && !r.process->poll();
}

Status Deployment::register_webhook(const std::string& name) {
  auto text = read(source_file("config/webhook/mutatingwebhookconfiguration.yaml"));
  text = replaced(
      text, "${WEBHOOK_URL}\n",
      "https://127.0.0.1:" + std::to_string(replica(name).webhook_port) + "/mutate-batch-v1-job\n");
  text = replaced(text, "${CA_BUNDLE}\n", base64(plane_.ca_pem()) + "\n");
  // The API server learns of it by a watch of its own: a dry run tells when it has.
  if (auto s = plane_.kubectl().apply(text); !s) return s;
  const std::string probe =
      R"({"apiVersion":"batch/v1","kind":"Job","metadata":{"name":"webhook-probe","namespace":"default",
      "annotations":{"carbon-aware.io/enabled":"true"}},"spec":{"template":{"spec":{"restartPolicy":"Never",
      "containers":[{"name":"c","image":"busybox"}]}}}})";
  const bool in_force = eventually(seconds(20), [&] {
    const auto answer =
        plane_.kubectl().call({"create", "--dry-run=server", "-o", "json", "-f", "-"}, probe);
    return answer && answer->find("carbon-aware.io/state") != std::string::npos;
  });
  if (!in_force)
    return fail(Errc::Timeout,
                "the webhook is not in force; the controller's log ends with:\n" + log_tail(name));
  return {};
}

Status Deployment::unregister_webhook() {
  return plane_.kubectl().remove("", "mutatingwebhookconfiguration/karbonetes");
}

Status Deployment::start_signal() {
  if (signal_port_ == 0) {
    const auto ports = harness::free_ports(1);
    if (!ports) return fail(ports.error());
    signal_port_ = ports->front();
  }
  auto process = harness::Process::spawn(
      {program("karbonetes-signal"), {"--listen", "127.0.0.1:" + std::to_string(signal_port_)}, {}},
      log("signal"));
  if (!process) return fail(process.error());
  signal_.emplace(std::move(*process));
  const bool up = eventually(seconds(10), [&] {
    const auto answer = harness::loopback_request(signal_port_, "/readyz", "", seconds(2));
    return answer && answer->status == 200;
  });
  if (!up) return fail(Errc::Timeout, "karbonetes-signal does not answer:\n" + log_tail("signal"));
  return set_green(false);
}

Status Deployment::stop_signal() {
  if (signal_) signal_->stop(seconds(10));
  signal_.reset();
  return {};
}

Status Deployment::set_green(bool green) {
  auto done = harness::run({"/usr/bin/curl",
                            {"-sSf", "-X", "PUT", "-H", "Content-Type: application/json", "-d",
                             std::string(R"({"green":)") + (green ? "true}" : "false}"),
                             "http://127.0.0.1:" + std::to_string(signal_port_) + "/v1/signal"},
                            {}},
                           "", seconds(10));
  if (!done) return fail(done.error());
  if (!done->ok()) return fail(Errc::Unavailable, "PUT /v1/signal: " + done->err);
  // Only when every replica has heard of it does the next step of a test mean what it says.
  const std::string series =
      std::string(R"(karbonetes_signal_state{source="karbonetes-signal",state=")") +
      (green ? "green" : "not-green") + "\"}";
  const bool heard = eventually(seconds(15), [&] {
    for (const auto& [name, r] : replicas_) {
      if (r.process && metric(name, series).value_or(0) != 1) return false;
    }
    return true;
  });
  return heard ? Status{}
               : fail(Errc::Timeout, "a controller did not hear of the new signal within 15 s");
}

std::optional<double> Deployment::metric(const std::string& name, const std::string& series) {
  const auto answer =
      harness::loopback_request(replica(name).metrics_port, "/metrics", "", seconds(5));
  if (!answer || answer->status != 200) return std::nullopt;
  std::istringstream lines(answer->body);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(series + " ")) return std::stod(line.substr(series.size() + 1));
  }
  return std::nullopt;
}

std::string Deployment::leader() {
  const auto lease = plane_.kubectl().get("karbonetes-system", "lease/karbonetes-controller");
  return lease ? (*lease)["spec"].value("holderIdentity", "") : std::string();
}

Result<std::string> Deployment::cli(std::vector<std::string> args) {
  args.insert(args.end(), {"--kubeconfig", plane_.kubeconfig().string()});
  auto done = harness::run({program("kubectl-karbonetes"), std::move(args), {}}, "", seconds(60));
  if (!done) return fail(done.error());
  if (!done->ok()) return fail(Errc::Internal, done->out + done->err);
  return done->out;
}

std::string Deployment::log_tail(const std::string& name) { return harness::tail(log(name), 25); }

}  // namespace karbonetes::envtest
