// Many Jobs at once, and the proof that each of them was started exactly once: by what the API
// server logged, by its pods and by its Events. Owned by one test; the Jobs are named NAME-0,
// NAME-1, ... and are removed by remove().
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "base/time.hpp"
#include "harness/plane.hpp"
#include "support/jobs.hpp"

namespace karbonetes::envtest {

class Fleet {
 public:
  // `model`'s name is replaced. The plane outlives it.
  Fleet(const harness::Plane& plane, std::string name, int size, JobSpec model = job(""));

  [[nodiscard]] Status create() const;
  [[nodiscard]] Status create_one(int number) const;
  [[nodiscard]] Status remove(int number) const;

  [[nodiscard]] int size() const { return size_; }
  [[nodiscard]] std::string name(int number) const { return name_ + "-" + std::to_string(number); }
  [[nodiscard]] std::set<std::string> names() const;

  // The Jobs that are there; empty when the API server does not answer.
  [[nodiscard]] std::vector<json::Document> jobs() const;
  // How many are in a state ("waiting", "released", ...); -1 when the API server does not answer.
  [[nodiscard]] int count(const std::string& state) const;
  [[nodiscard]] int suspended() const;
  [[nodiscard]] int complete() const;
  // Of the released ones, by Job: what the annotations say.
  struct Release {
    TimePoint deadline{}, at{};
  };
  [[nodiscard]] std::map<std::string, Release> releases() const;
  // The latest deadline on any of them.
  [[nodiscard]] TimePoint last_deadline() const;
  // Numbers by Job; Jobs without any are absent.
  [[nodiscard]] std::map<std::string, int> pods() const;
  [[nodiscard]] std::map<std::string, int> events(const std::string& reason) const;
  // Patches of karbonetes-controller that set /spec/suspend to false, by the answer's status. 504:
  // the client was gone before the answer, and the server may have carried it out.
  [[nodiscard]] std::map<std::string, int> starts(int code = 200) const;

  // Waiting, suspended, without pods, never started by anybody: all of them.
  [[nodiscard]] testing::AssertionResult all_wait() const;
  struct Exactly {
    int generation =
        2;            // of the Job at the end: created, released; one more when it was held later
    int cut_off = 0;  // patches that may have been in flight when their writer was killed
  };
  // Each released for `reason` by one patch, with one CarbonReleased and exactly one pod that ran
  // to its end. Waits for the pods and Events until `within`; the rest is exact.
  [[nodiscard]] testing::AssertionResult each_ran_exactly_once(const std::string& reason,
                                                               std::chrono::seconds within,
                                                               Exactly exactly) const;
  [[nodiscard]] testing::AssertionResult each_ran_exactly_once(const std::string& reason,
                                                               std::chrono::seconds within) const {
    return each_ran_exactly_once(reason, within, Exactly{});
  }

 private:
  [[nodiscard]] testing::AssertionResult one_patch_each(const Exactly& exactly) const;
  [[nodiscard]] json::Document object(int number) const;
  [[nodiscard]] bool is_mine(const std::string& job_name) const;

  const harness::Plane& plane_;
  std::string name_;
  int size_;
  JobSpec model_;
};

// Nodes where the pods of released Jobs run, without Karpenter: one in each pool of the samples,
// big enough for all.
[[nodiscard]] Status add_nodes(const harness::Kubectl& kubectl);

}  // namespace karbonetes::envtest
