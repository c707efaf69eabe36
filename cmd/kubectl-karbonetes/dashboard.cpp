// `kubectl karbonetes dashboard`: wiring only; the page is made in src/dashboard.
#include "dashboard/dashboard.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <array>
#include <cstdlib>
#include <thread>

#include "commands.hpp"
#include "signals.hpp"

namespace karbonetes::cmd {

namespace {

constexpr Millis kReadTimeout = std::chrono::seconds(10);

sigset_t ending() {
  sigset_t out;
  sigemptyset(&out);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&out, number);
  return out;
}

bool has(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

// On a desktop; over ssh or in a container there is no browser to be found. No shell is asked, and
// what the opener says is not for this terminal.
void open_in_browser(const std::string& address) {
#ifdef __APPLE__
  const char* opener = "open";
  const bool desktop = true;
#else
  const char* opener = "xdg-open";
  const bool desktop = has("DISPLAY") || has("WAYLAND_DISPLAY");
#endif
  if (!desktop) return;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int descriptor : {0, 1, 2})
    posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  // The browser must end by Ctrl-C if its user wants so, and not by ours.
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  std::string program = opener;
  std::string argument = address;
  std::array<char*, 3> argv{program.data(), argument.data(), nullptr};
  pid_t pid = -1;
  if (posix_spawnp(&pid, opener, &actions, &attributes, argv.data(), environ) == 0)
    std::thread([pid] { waitpid(pid, nullptr, 0); }).detach();
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
}

}  // namespace

int dashboard(const Context& context) {
  const Flags& flags = context.flags;
  // Blocked before any thread starts, so that only sigwait() below gets them.
  const sigset_t signals = ending();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  const auto listen = http::parse_listen(flags.listen);
  if (!listen) return die("--listen: " + listen.error().message);

  std::stop_source stop;
  dashboard::Sources sources;
  sources.fetch = [&context, &stop](const std::string& path) {
    kube::CallOptions options;
    options.timeout = kReadTimeout;
    options.stop = stop.get_token();
    return context.client.get(path, options);
  };
  const Context reading{flags, context.ns, context.client, sources.fetch, context.clock};
  sources.signals = [&reading](std::vector<std::string>& notes) {
    return known_signals(reading, notes);
  };
  const dashboard::Scope scope{context.client.config().context, context.ns, flags.selector,
                               flags.system_namespace, KARBONETES_VERSION};
  auto dashboard =
      dashboard::Dashboard::start(*listen, scope, sources, context.client, context.clock);
  if (!dashboard) return die("--listen: " + dashboard.error().message);

  const auto& addresses = (*dashboard)->addresses();
  if (const int code =
          print("Dashboard: " + addresses.printed +
                "\nFor your eyes alone: whoever has this address sees what you may see "
                "in the cluster. Ctrl-C ends it.\n");
      code != 0) {
    return code;
  }
  if (flags.open_browser) open_in_browser(addresses.opened);

  int number = 0;
  sigwait(&signals, &number);
  stop.request_stop();
  dashboard->reset();
  return print("\n");
}

}  // namespace karbonetes::cmd
