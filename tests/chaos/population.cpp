#include "chaos/population.hpp"

#include <random>

#include "support/eventually.hpp"

namespace karbonetes::chaos {

using envtest::JobSpec;

Population::Population(const harness::Kubectl& kubectl, std::string run, unsigned seed)
    : kubectl_(kubectl), run_(std::move(run)), seed_(seed) {}

JobSpec Population::draw(int number, unsigned random, std::chrono::milliseconds over) const {
  const auto most = static_cast<unsigned>(over.count() / 1000 + 4);
  const auto suffix = run_ + "-" + std::to_string(number);
  const auto kind = random % 10;
  JobSpec spec = envtest::job(kDue + suffix);
  spec.cpu = "10m";
  if (kind < 5) return spec.with("max-delay", std::to_string(4 + random / 10 % most) + "s");
  if (kind < 8) {
    spec.name = kPatient + suffix;
  } else if (kind < 9) {
    spec.name = kOwn + suffix;
    spec.suspend = true;
    return spec.with("max-delay", "6s");
  } else {
    spec.name = kOut + suffix;
    spec.annotations.clear();
  }
  return spec;
}

void Population::start(int count, std::chrono::milliseconds over) {
  thread_ = std::jthread([this, count, over] {
    std::mt19937 random(seed_);
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < count; ++i) {
      std::this_thread::sleep_until(began + over * i / count);
      const auto spec = draw(i, static_cast<unsigned>(random()), over);
      const auto text = envtest::manifest(spec).dump();
      // A create whose answer is lost may have been carried out: "already exists" is as good.
      const bool there = envtest::eventually(std::chrono::minutes(1), [&] {
        const auto done = kubectl_.call({"create", "-n", envtest::kNs, "-f", "-"}, text);
        return done || done.error().message.find("AlreadyExists") != std::string::npos;
      });
      if (there) names_.insert(spec.name);
    }
  });
}

void Population::finish() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace karbonetes::chaos
