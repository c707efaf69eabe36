#include "commands.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <set>
#include <thread>

#include "detach.hpp"
#include "harness/plane.hpp"
#include "harness/record.hpp"

namespace karbonetes::harness {
namespace {

constexpr auto kDownPatience = std::chrono::seconds(20);
constexpr auto kPollInterval = std::chrono::milliseconds(50);

int error(const std::string& message) {
  std::cerr << "error: " << message << '\n';
  return 1;
}

sigset_t end_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, number);
  return set;
}

// Waits up to 200 ms for a request to end.
bool asked_to_end(const sigset_t& signals) {
  const timespec patience{0, 200'000'000};
  return sigtimedwait(&signals, nullptr, &patience) > 0;
}

// Tells once of each part that ended by itself; the others go on, so that one can look at what is
// left.
void report_ended(Plane& plane, std::set<Part>& told) {
  for (const Part part : plane.parts()) {
    if (plane.alive(part) || !told.insert(part).second) continue;
    std::cerr << fmt::format("{} ended by itself; the last lines of its log:\n{}\n", name(part),
                             tail(plane.layout().log(part), 10));
  }
}

int hold(Options options, Herald& herald) {
  const sigset_t signals = end_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);  // before the first thread: all inherit it

  std::stop_source cancel;
  std::atomic<bool> started = false;
  bool ended_early = false;
  std::thread watchdog([&] {
    while (!started) {
      if (!asked_to_end(signals) && !herald.abandoned()) continue;
      ended_early = true;
      cancel.request_stop();
      return;
    }
  });
  options.stop = cancel.get_token();
  options.progress = [&herald](std::string_view line) { herald.progress(line); };
  auto plane = Plane::start(std::move(options));
  started = true;
  watchdog.join();
  if (!plane) {
    herald.failed(plane.error().message);
    return 1;
  }
  if (ended_early) return 1;  // the destructor stops what came up in the last moment
  if (auto done = write_record(describe(**plane)); !done) {
    herald.failed(done.error().message);
    return 1;
  }
  herald.ready((*plane)->kubeconfig().string());
  std::set<Part> told;
  while (!asked_to_end(signals)) report_ended(**plane, told);
  std::cerr << "stopping" << std::endl;
  (*plane)->stop();
  return 0;
}

// What a plane that died (a crash, a power cut) left in its directory. Errors: AlreadyExists (it
// runs).
Status clear_remains(const std::filesystem::path& directory) {
  const auto record = read_record(directory);
  if (!record) {
    if (record.error().code == Errc::NotFound) return {};
    return fail(record.error());
  }
  if (record->owner.running()) {
    return fail(Errc::AlreadyExists,
                fmt::format("a control plane runs in {} already (pid {}); end it with: "
                            "karbonetes-plane down --dir {}",
                            directory.string(), record->owner.pid, directory.string()));
  }
  remove_files(Layout{directory, {}});
  return {};
}

bool wait_gone(const RecordedProcess& process, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (process.running()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(kPollInterval);
  }
  return true;
}

}  // namespace

std::filesystem::path default_directory() {
  if (const char* state = std::getenv("XDG_STATE_HOME"); state != nullptr && *state == '/') {
    return std::filesystem::path(state) / "karbonetes" / "plane";
  }
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
    return std::filesystem::path(home) / ".local" / "state" / "karbonetes" / "plane";
  }
  return {};
}

int up(Options options, bool detached) {
  if (auto done = clear_remains(options.directory); !done) return error(done.error().message);
  if (!detached) {
    Herald herald;
    return hold(std::move(options), herald);
  }
  std::error_code failure;
  const auto logs = Layout{std::filesystem::absolute(options.directory), {}}.logs();
  std::filesystem::create_directories(logs, failure);
  if (failure) return error(fmt::format("cannot make {}: {}", logs.string(), failure.message()));
  return detach(logs / "karbonetes-plane.log",
                [&](Herald& herald) { return hold(std::move(options), herald); });
}

int down(const std::filesystem::path& directory) {
  const auto record = read_record(directory);
  if (!record) {
    if (record.error().code != Errc::NotFound) return error(record.error().message);
    std::cerr << record.error().message << '\n';
    return 0;
  }
  if (record->owner.running()) kill(record->owner.pid, SIGTERM);
  bool gone = wait_gone(record->owner, kDownPatience);
  if (!gone) {
    kill(record->owner.pid, SIGKILL);
    gone = wait_gone(record->owner, kDownPatience);
  }
  // The kernel ended these with their owner; one that is left is ended here.
  for (const auto& part : record->parts) {
    if (!wait_gone(part, std::chrono::seconds(1))) kill(part.pid, SIGKILL);
    gone = wait_gone(part, kDownPatience) && gone;
  }
  if (!gone)
    return error("some processes could not be ended; see plane.json in " + directory.string());
  std::cerr << "stopped\n";
  return 0;
}

int status(const std::filesystem::path& directory, bool as_json) {
  const auto record = read_record(directory);
  if (!record) return error(record.error().message);
  bool all = record->owner.running();
  for (const auto& part : record->parts) all = part.running() && all;
  if (as_json) {
    auto document = encode(*record);
    document["running"] = all;
    document["owner"]["running"] = record->owner.running();
    for (std::size_t i = 0; i < record->parts.size(); ++i) {
      document["parts"][i]["running"] = record->parts[i].running();
    }
    std::cout << document.dump(2) << '\n';
    return all ? 0 : 1;
  }
  const auto row = [](const RecordedProcess& process) {
    std::cout << fmt::format("{:<26}{:<10}{}\n", process.name, process.pid,
                             process.running() ? "running" : "ended");
  };
  std::cout << fmt::format("{:<26}{:<10}{}\n", "PART", "PID", "STATE");
  row(record->owner);
  for (const auto& part : record->parts) row(part);
  std::cout << "kubeconfig: " << record->kubeconfig << "\nlogs:       " << record->logs << '\n';
  return all ? 0 : 1;
}

}  // namespace karbonetes::harness
