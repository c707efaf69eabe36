#include "support/grid.hpp"

#include <algorithm>
#include <fstream>

#include "harness/loopback_http.hpp"
#include "harness/ports.hpp"
#include "support/eventually.hpp"

namespace karbonetes::envtest {

namespace {

using std::chrono::seconds;

std::filesystem::path signal_program() {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "karbonetes-signal";
}

}  // namespace

Grid::Grid(std::filesystem::path dir, TimePoint start, Millis hour, std::vector<double> hours)
    : dir_(std::move(dir)), start_(start), hour_(hour), hours_(std::move(hours)) {}

Grid::~Grid() {
  for (auto& [name, process] : processes_) process.stop(seconds(5));
}

Status Grid::start(const std::string& name, double scale, const std::string& kind,
                   std::vector<std::string> extra_args) {
  const auto trace = dir_ / (name + ".csv");
  {
    std::ofstream out(trace);
    out << "time,intensity,kind\n";
    for (std::size_t i = 0; i < hours_.size(); ++i) {
      out << format_rfc3339(TimePoint{} + std::chrono::hours(i)) << ',' << hours_[i] * scale << ','
          << kind << '\n';
    }
  }
  auto& port = ports_[name];
  if (port == 0) {
    const auto free = harness::free_ports(1);
    if (!free) return fail(free.error());
    port = free->front();
  }
  std::vector<std::string> args{"--listen",       "127.0.0.1:" + std::to_string(port),
                                "--trace",        trace.string(),
                                "--trace-start",  "now",
                                "--trace-origin", format_rfc3339(start_),
                                "--trace-speed",  std::to_string(std::chrono::hours(1) / hour_)};
  args.insert(args.end(), extra_args.begin(), extra_args.end());
  const auto log = dir_ / (name + ".log");
  auto process = harness::Process::spawn({signal_program(), args, {}}, log);
  if (!process) return fail(process.error());
  processes_.insert_or_assign(name, std::move(*process));
  const bool up = eventually(seconds(10), [&] {
    const auto answer = harness::loopback_request(port, "/readyz", "", seconds(2));
    return answer && answer->status == 200;
  });
  if (up) return {};
  return fail(Errc::Timeout, name + " does not answer:\n" + harness::tail(log, 10));
}

void Grid::kill(const std::string& name) {
  const auto it = processes_.find(name);
  if (it == processes_.end()) return;
  it->second.signal(9);
  (void)it->second.wait(seconds(10));
  processes_.erase(it);
}

std::string Grid::url(const std::string& name) const {
  return "http://127.0.0.1:" + std::to_string(ports_.at(name));
}

double Grid::integral(TimePoint from, TimePoint to) const {
  double sum = 0;
  for (std::size_t i = 0; i < hours_.size(); ++i) {
    const auto begin = std::max(from, start_ + hour_ * static_cast<int>(i));
    const auto end = std::min(to, start_ + hour_ * (static_cast<int>(i) + 1));
    if (begin < end) sum += hours_[i] * static_cast<double>((end - begin).count());
  }
  return sum;
}

}  // namespace karbonetes::envtest
