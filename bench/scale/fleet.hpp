// Jobs as large as real ones, as our webhook leaves them: waiting, and the same that nobody waits
// for. Written to a real API server by many connections at once; progress to standard error. Owned
// by one thread.
#pragma once

#include <string>
#include <vector>

#include "json/document.hpp"
#include "kube/client/client.hpp"
#include "placement/job_facts.hpp"

namespace karbonetes::bench {

inline constexpr const char* kNamespace = "bench";

class Fleet {
 public:
  // `model`: an AdmissionReview as the API server sends it, see tests/data/admission-review.json.
  [[nodiscard]] static Result<Fleet> make(kube::Client& client, const std::string& model_file);

  // Creates NAME-0 .. NAME-(count-1), waiting until a deadline eight hours ahead. `opted_in` false:
  // the same object, but its label and opt-in say otherwise. Returns seconds.
  [[nodiscard]] Result<double> create(const std::string& name, int count, bool opted_in);
  // What the controller would send to release each of the Jobs of the last create(), by the same
  // code: bodies by Job, ready to be sent.
  struct Release {
    std::string path, body;
  };
  [[nodiscard]] Result<std::vector<Release>> releases() const;
  // Sends them, `connections` at a time. Returns seconds.
  [[nodiscard]] Result<double> send(const std::vector<Release>& releases, int connections);
  [[nodiscard]] Status remove_all();
  // Bytes of one Job as stored, of the last create().
  [[nodiscard]] std::size_t stored_bytes() const { return stored_bytes_; }

 private:
  explicit Fleet(kube::Client& client) : client_(client) {}
  [[nodiscard]] Result<json::Document> object(const std::string& name, bool opted_in) const;

  kube::Client& client_;
  json::Document model_;
  std::vector<placement::JobFacts> created_;
  std::size_t stored_bytes_ = 0;
};

}  // namespace karbonetes::bench
