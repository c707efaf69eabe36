#include "dashboard/collector.hpp"

#include <utility>

namespace karbonetes::dashboard {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Steady = std::chrono::steady_clock;

constexpr auto kSignals = seconds(5);
constexpr auto kSlow = seconds(30);
constexpr auto kPace = milliseconds(250);
constexpr auto kAtLeast = seconds(5);
constexpr auto kHeartbeat = seconds(15);

}  // namespace

Collector::Collector(Scope scope, Sources sources, Broadcaster& broadcaster, const Clock& clock)
    : scope_(std::move(scope)),
      sources_(std::move(sources)),
      broadcaster_(broadcaster),
      clock_(clock),
      board_(clock, [this] { changed(); }) {}

Collector::~Collector() {
  reader_.request_stop();
  publisher_.request_stop();
}

void Collector::start() {
  if (reader_.joinable()) return;
  reader_ = std::jthread([this](const std::stop_token& stop) { read(stop); });
  publisher_ = std::jthread([this](const std::stop_token& stop) { publish(stop); });
}

void Collector::changed() {
  const std::lock_guard lock(mutex_);
  changed_ = true;
  news_.notify_all();
}

void Collector::read(const std::stop_token& stop) {
  Readings readings;
  auto slow_due = Steady::now();
  const auto show = [&] {
    readings_.set(readings);
    changed();
  };
  const auto namespaces = scope_.ns.empty()
                              ? std::vector<std::string>{}
                              : std::vector<std::string>{scope_.ns, scope_.system_namespace};
  while (!stop.stop_requested()) {
    readings.signal_notes.clear();
    if (auto signals = sources_.signals(readings.signal_notes)) {
      readings.signals = std::move(signals);
      board_.server_answered();
    }
    show();
    if (Steady::now() >= slow_due && !stop.stop_requested()) {
      readings.policy_notes.clear();
      readings.policies = cli::list_policies(sources_.fetch, namespaces, readings.policy_notes);
      readings.book_notes.clear();
      if (auto books = read_books(sources_.fetch, scope_.system_namespace, readings.book_notes))
        readings.books = std::move(books);
      slow_due = Steady::now() + kSlow;
      show();
    }
    std::unique_lock lock(mutex_);
    news_.wait_for(lock, stop, kSignals, [] { return false; });
  }
}

void Collector::publish(const std::stop_token& stop) {
  auto heartbeat_due = Steady::now() + kHeartbeat;
  while (!stop.stop_requested()) {
    const auto readings = readings_.get();
    ClusterState state;
    state.scope = scope_;
    state.listed = board_.listed();
    state.jobs = board_.jobs();
    state.policies = readings->policies;
    state.signals = readings->signals;
    state.books = readings->books;
    state.notes = readings->notes();
    state.problem = board_.problem();
    broadcaster_.publish(model_of(state, clock_.now()));
    if (Steady::now() >= heartbeat_due) {
      broadcaster_.heartbeat();
      heartbeat_due = Steady::now() + kHeartbeat;
    }
    std::unique_lock lock(mutex_);
    // What comes in a burst is told in one go.
    news_.wait_for(lock, stop, kPace, [] { return false; });
    news_.wait_for(lock, stop, kAtLeast, [this] { return changed_; });
    changed_ = false;
  }
}

}  // namespace karbonetes::dashboard
