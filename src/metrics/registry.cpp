#include "metrics/registry.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <set>
#include <sstream>

namespace karbonetes::metrics {

namespace {

enum class Type { Counter, Gauge, Histogram };

// What the first caller of a name said; every later one must say the same.
struct Declaration {
  Type type;
  std::string help;
  std::set<std::string> label_names;
  std::vector<double> buckets;

  bool operator==(const Declaration&) const = default;
};

[[noreturn]] void bug(const std::string& name, const char* what) {
  std::fprintf(stderr, "metric %s: %s\n", name.c_str(), what);
  std::abort();
}

}  // namespace

struct Registry::Impl {
  prometheus::Registry registry;
  std::mutex mutex;  // guards the two members below
  std::map<std::string, Declaration> declared;
  std::vector<std::function<void()>> refreshers;

  void declare(const std::string& name, const std::string& help, Type type, const Labels& labels,
               const std::vector<double>& buckets = {}) {
    Declaration wanted{type, help, {}, buckets};
    for (const auto& [label, value] : labels) wanted.label_names.insert(label);
    const std::lock_guard lock(mutex);
    const auto [it, inserted] = declared.try_emplace(name, wanted);
    if (!inserted && it->second != wanted) {
      bug(name, "asked for again with another type, help, label names or buckets");
    }
  }
};

// prometheus-cpp throws on a name, label or bucket list that the exposition format does not allow.
template <typename Make>
static auto* or_abort(const std::string& name, Make make) {
  try {
    return &make();
  } catch (const std::exception& e) {
    bug(name, e.what());
  }
}

void Counter::increment(double by) { static_cast<prometheus::Counter*>(impl_)->Increment(by); }
double Counter::value() const { return static_cast<const prometheus::Counter*>(impl_)->Value(); }

void Gauge::set(double value) { static_cast<prometheus::Gauge*>(impl_)->Set(value); }
void Gauge::add(double by) { static_cast<prometheus::Gauge*>(impl_)->Increment(by); }
double Gauge::value() const { return static_cast<const prometheus::Gauge*>(impl_)->Value(); }

void Histogram::observe(double value) {
  static_cast<prometheus::Histogram*>(impl_)->Observe(value);
}

Registry::Registry() : impl_(std::make_unique<Impl>()) {}
Registry::~Registry() = default;

Counter Registry::counter(const std::string& name, const std::string& help, const Labels& labels) {
  impl_->declare(name, help, Type::Counter, labels);
  return Counter(or_abort(name, [&]() -> prometheus::Counter& {
    return prometheus::BuildCounter().Name(name).Help(help).Register(impl_->registry).Add(labels);
  }));
}

Gauge Registry::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  impl_->declare(name, help, Type::Gauge, labels);
  return Gauge(or_abort(name, [&]() -> prometheus::Gauge& {
    return prometheus::BuildGauge().Name(name).Help(help).Register(impl_->registry).Add(labels);
  }));
}

Histogram Registry::histogram(const std::string& name, const std::string& help,
                              const std::vector<double>& buckets, const Labels& labels) {
  impl_->declare(name, help, Type::Histogram, labels, buckets);
  return Histogram(or_abort(name, [&]() -> prometheus::Histogram& {
    return prometheus::BuildHistogram()
        .Name(name)
        .Help(help)
        .Register(impl_->registry)
        .Add(labels, buckets);
  }));
}

void Registry::before_scrape(std::function<void()> refresh) {
  const std::lock_guard lock(impl_->mutex);
  impl_->refreshers.push_back(std::move(refresh));
}

std::string Registry::expose() const {
  std::vector<std::function<void()>> refreshers;
  {
    // Copied, so that a refresher may itself ask for a new series.
    const std::lock_guard lock(impl_->mutex);
    refreshers = impl_->refreshers;
  }
  for (const auto& refresh : refreshers) refresh();
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, impl_->registry.Collect());
  return std::move(out).str();
}

}  // namespace karbonetes::metrics
