// Answers for an adapter without a network: by the path of the request, one after the other (the
// last one repeats). Remembers what was asked.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "providers/adapter.hpp"

namespace karbonetes::providers {

class ScriptedFetch {
 public:
  void on(const std::string& path, http::Response response) {
    answers_[path].push_back(std::move(response));
  }
  void on(const std::string& path, std::string body) { on(path, {200, {}, std::move(body)}); }
  void replace(const std::string& path, http::Response response) {
    answers_[path] = {std::move(response)};
  }

  Fetch fetch() {
    return [this](const http::Request& request) -> Result<http::Response> {
      requests.push_back(request);
      const std::string path = request.target.substr(0, request.target.find('?'));
      const auto it = answers_.find(path);
      if (it == answers_.end()) return http::Response{404, {}, "not found"};
      http::Response response = it->second.front();
      if (it->second.size() > 1) it->second.pop_front();
      return response;
    };
  }

  [[nodiscard]] int asked(const std::string& path) const {
    int count = 0;
    for (const auto& r : requests) count += r.target.substr(0, r.target.find('?')) == path ? 1 : 0;
    return count;
  }
  [[nodiscard]] std::string header(std::size_t request, const char* name) const {
    return std::string(http::find_header(requests.at(request).headers, name).value_or(""));
  }

  std::vector<http::Request> requests;

 private:
  std::map<std::string, std::deque<http::Response>> answers_;
};

inline TimePoint at(const char* text) { return *parse_rfc3339(text); }

template <carbon::IntensityKind Kind = carbon::Average>
const carbon::Series<Kind>& series(const Reading& reading) {
  return std::get<carbon::Series<Kind>>(reading.series);
}

}  // namespace karbonetes::providers
