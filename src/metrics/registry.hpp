// Counters, gauges and histograms, exposed in the Prometheus text format. A façade over
// prometheus-cpp core so that no other folder names it. Handles are cheap, valid as long as the
// Registry, and thread-safe. Asking for the same name and labels again gives the same series; a
// name must keep its type, help and label names (a mismatch is a bug and aborts).
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace karbonetes::metrics {

using Labels = std::map<std::string, std::string>;

class Counter {
 public:
  void increment(double by = 1);
  [[nodiscard]] double value() const;

 private:
  friend class Registry;
  explicit Counter(void* impl) : impl_(impl) {}
  void* impl_;
};

class Gauge {
 public:
  void set(double value);
  void add(double by);
  [[nodiscard]] double value() const;

 private:
  friend class Registry;
  explicit Gauge(void* impl) : impl_(impl) {}
  void* impl_;
};

class Histogram {
 public:
  void observe(double value);

 private:
  friend class Registry;
  explicit Histogram(void* impl) : impl_(impl) {}
  void* impl_;
};

class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  [[nodiscard]] Counter counter(const std::string& name, const std::string& help,
                                const Labels& labels = {});
  [[nodiscard]] Gauge gauge(const std::string& name, const std::string& help,
                            const Labels& labels = {});
  // `buckets`: upper bounds in the metric's unit, ascending.
  [[nodiscard]] Histogram histogram(const std::string& name, const std::string& help,
                                    const std::vector<double>& buckets, const Labels& labels = {});
  // Called on the scraping thread before each exposition: for gauges that are computed, such as
  // ages.
  void before_scrape(std::function<void()> refresh);

  // text/plain; version=0.0.4
  [[nodiscard]] std::string expose() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace karbonetes::metrics
