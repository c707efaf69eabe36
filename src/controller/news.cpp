#include "controller/news.hpp"

#include <utility>

namespace karbonetes::controller {

News::News(const Announcer& announcer, std::function<bool()> leading, const Clock& clock)
    : announcer_(announcer), leading_(std::move(leading)), clock_(clock) {}

void News::saw(Seen how, const placement::JobFacts& job, std::string_view decision,
               const std::vector<std::string>& ignored) {
  if (how == Seen::Finished || how == Seen::Gone) return;
  // Asked under the lock: what is kept because we did not lead yet is there before lead() looks.
  const std::lock_guard lock(mutex_);
  if (leading_()) return tell(how, job, decision, ignored);
  const auto now = clock_.now();
  while (!kept_.empty() && now - kept_.front().at > kNews) kept_.pop_front();
  if (how == Seen::Appeared && !announcer_.is_news(job)) return;
  if (kept_.size() == kMaxKept) kept_.pop_front();
  kept_.push_back({now, how, job, std::string(decision), ignored});
  kept_.back().job.pod = {};  // large, and not needed to tell
}

void News::lead() {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.now();
  for (const auto& item : kept_) {
    if (now - item.at <= kNews) tell(item.how, item.job, item.decision, item.ignored);
  }
  kept_.clear();
}

void News::tell(Seen how, const placement::JobFacts& job, std::string_view decision,
                const std::vector<std::string>& ignored) const {
  switch (how) {
    case Seen::Appeared:
      return announcer_.appeared(job, decision, ignored);
    case Seen::Changed:
      return announcer_.changed(job, decision);
    case Seen::Replanned:
      return announcer_.replanned(job, decision);
    case Seen::Finished:
    case Seen::Gone:
      return;  // the ledger's business
  }
}

}  // namespace karbonetes::controller
