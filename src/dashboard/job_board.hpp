// The Jobs that concern Karbonetes, kept in step with the API server by a reflector, and how that
// goes. Thread-safe: the reflector writes, others read.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "cli/job_record.hpp"
#include "dashboard/cluster_state.hpp"
#include "kube/runtime/list_watch.hpp"
#include "kube/runtime/object_sink.hpp"
#include "kube/runtime/store.hpp"

namespace karbonetes::dashboard {

class JobBoard final : public kube::ObjectSink {
 public:
  // `changed` is called on the reflector's thread, after each change.
  JobBoard(const Clock& clock, std::function<void()> changed);

  void begin_replace() override;
  [[nodiscard]] Result<std::string> apply(kube::Change change, json::Value object) override;
  void end_replace() override;

  [[nodiscard]] std::vector<cli::JobRecord> jobs() const;
  [[nodiscard]] std::optional<cli::JobRecord> get(std::string_view key) const;
  [[nodiscard]] bool listed() const;  // once, whole
  [[nodiscard]] std::optional<Problem> problem() const;

  // The server has answered another question. A watch that was opened again says nothing until
  // something happens, so this, too, ends a problem that was one of reaching the server.
  void server_answered();

  // What the reflector asks, watched: an answer ends the problem, an error is one.
  [[nodiscard]] std::unique_ptr<kube::ListWatch> watched(std::unique_ptr<kube::ListWatch> api);

 private:
  class Watched;
  void answered();
  void failed(const Error& error);

  const Clock& clock_;
  const std::function<void()> changed_;
  kube::Store<cli::JobRecord> store_;
  mutable std::mutex mutex_;
  std::optional<Problem> problem_;
  bool unreachable_ = false;  // that is the problem
  bool listed_ = false;
};

}  // namespace karbonetes::dashboard
