#include "dashboard/job_board.hpp"

#include <utility>

namespace karbonetes::dashboard {

class JobBoard::Watched final : public kube::ListWatch {
 public:
  Watched(JobBoard& board, std::unique_ptr<kube::ListWatch> api)
      : board_(board), api_(std::move(api)) {}

  Result<std::string> list(const std::string& target, std::stop_token stop) override {
    auto body = api_->list(target, std::move(stop));
    body ? board_.answered() : board_.failed(body.error());
    return body;
  }

  Status watch(const std::string& target, Millis idle, std::stop_token stop,
               const std::function<bool(std::string_view)>& on_line) override {
    auto status = api_->watch(target, idle, std::move(stop), [&](std::string_view line) {
      board_.answered();
      return on_line(line);
    });
    // The server ends a watch every few minutes, and a quiet one says nothing: neither is trouble.
    if (!status && status.error().code != Errc::Timeout) board_.failed(status.error());
    return status;
  }

 private:
  JobBoard& board_;
  const std::unique_ptr<kube::ListWatch> api_;
};

JobBoard::JobBoard(const Clock& clock, std::function<void()> changed)
    : clock_(clock), changed_(std::move(changed)) {
  store_.set_listener([this](const std::string&) { changed_(); });
}

void JobBoard::begin_replace() { store_.begin_replace(); }

Result<std::string> JobBoard::apply(kube::Change change, json::Value object) {
  const auto view = kube::decode_job(object);
  if (!view) return fail(view.error());
  auto job = cli::record_of(*view);
  std::string version = job.facts.resource_version;
  const std::string key = job.facts.key();
  if (change == kube::Change::Deleted || !cli::concerns_us(job)) {
    store_.erase(key);
  } else {
    store_.upsert(key, std::move(job));
  }
  return version;
}

void JobBoard::end_replace() {
  store_.end_replace();
  {
    const std::lock_guard lock(mutex_);
    listed_ = true;
  }
  changed_();
}

std::vector<cli::JobRecord> JobBoard::jobs() const {
  std::vector<cli::JobRecord> out;
  store_.for_each([&](const std::string&, const cli::JobRecord& job) { out.push_back(job); });
  return out;
}

std::optional<cli::JobRecord> JobBoard::get(std::string_view key) const { return store_.get(key); }

bool JobBoard::listed() const {
  const std::lock_guard lock(mutex_);
  return listed_;
}

std::optional<Problem> JobBoard::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

std::unique_ptr<kube::ListWatch> JobBoard::watched(std::unique_ptr<kube::ListWatch> api) {
  return std::make_unique<Watched>(*this, std::move(api));
}

void JobBoard::answered() {
  {
    const std::lock_guard lock(mutex_);
    if (!problem_) return;
    problem_.reset();
    unreachable_ = false;
  }
  changed_();
}

void JobBoard::server_answered() {
  {
    const std::lock_guard lock(mutex_);
    if (!unreachable_) return;
  }
  answered();
}

void JobBoard::failed(const Error& error) {
  // Asked to stop; a list that has outlived the server's snapshot; a server that knows no streaming
  // lists: the reflector goes on at once.
  if (error.code == Errc::Cancelled || error.code == Errc::Gone || error.code == Errc::Invalid) {
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    const TimePoint since = problem_ ? problem_->since : clock_.now();
    problem_ = Problem{"the Jobs cannot be read: " + error.message, since};
    unreachable_ = error.code == Errc::Unavailable || error.code == Errc::Timeout;
  }
  changed_();
}

}  // namespace karbonetes::dashboard
