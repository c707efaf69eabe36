// What to do next with a webhook's CA and serving certificate that are made here and kept together:
// a step function. The way of a CA:
//
//   made --beside the old one--> trusted by the API server --> signs the serving certificate
//        --> due at 2/3 of its life, a new one is made beside it --> dropped when it has expired
//
// So at each moment what is served verifies against what is trusted, whichever replica serves which
// certificate and whenever a write is lost. Contents may be anything: what is broken, foreign, of
// other names or out of its time is made anew. Pure.
#pragma once

#include <string>
#include <vector>

#include "base/time.hpp"
#include "certs/inspect.hpp"
#include "certs/issue.hpp"

namespace karbonetes::certs {

// As kept: ca_pem has the newest CA first, whose key is ca_key_pem. Empty: nothing was made yet.
struct Bundle {
  std::string ca_pem, ca_key_pem;
  KeyPair serving;
};

struct Wanted {
  std::vector<std::string> names;  // of the serving certificate
  Millis validity = std::chrono::hours(24 * 90);
  Millis ca_validity = std::chrono::hours(24 * 3650);
};

struct Plan {
  enum class Kind {
    Keep,           // until `at`
    AwaitTrust,     // a certificate of the first CA is due; first ca_pem must be trusted as it is
    IssueServing,   // by the first CA
    MakeAuthority,  // a new CA before `keep`; with `serving`, a serving certificate of it at once
    TidyTrust,      // ca_pem becomes `keep`: an old CA has expired, or other text is among them
  } kind = Kind::Keep;
  TimePoint at{};
  std::string keep;  // the CAs that stay trusted, PEM
  bool serving = false;
  std::string why;  // a sentence for the log, without any content
};

// `trusted`: the API server has verified against the very ca_pem for long enough to have heard of
// it.
[[nodiscard]] Plan next(const Bundle& bundle, const Wanted& wanted, bool trusted, TimePoint now);

// Carries out IssueServing, MakeAuthority and TidyTrust. Errors: as issue.hpp.
[[nodiscard]] Result<Bundle> apply(const Plan& plan, const Bundle& bundle, const Wanted& wanted,
                                   TimePoint now);

// When a third of its life is left.
[[nodiscard]] TimePoint due(const Certificate& certificate);

}  // namespace karbonetes::certs
