#include "certs/rotation.hpp"

#include <algorithm>

namespace karbonetes::certs {

namespace {

constexpr const char* kAuthorityName = "karbonetes-webhook-ca";

std::vector<Certificate> read_or_none(const std::string& pem) {
  auto read = read_certificates(pem);
  return read ? std::move(*read) : std::vector<Certificate>();
}

// Joined, those that are CAs in their time.
std::string still_valid(const std::vector<Certificate>& authorities, TimePoint now) {
  std::string out;
  for (const auto& ca : authorities) {
    if (ca.is_ca && ca.valid_at(now)) out += ca.pem;
  }
  return out;
}

// What is served now can go on: in its time, with the names that are wanted, its own key, and a CA
// that is in the bundle.
bool serves(const Bundle& bundle, const std::vector<Certificate>& authorities,
            const std::vector<Certificate>& serving, const std::vector<std::string>& names,
            TimePoint now) {
  if (serving.size() != 1) return false;  // its CA is trusted: there is no chain to send
  const auto& leaf = serving.front();
  return leaf.valid_at(now) && leaf.for_servers && leaf.names == canonical(names) &&
         key_fits(leaf.pem, bundle.serving.private_key_pem) &&
         std::ranges::any_of(authorities, [&](const Certificate& ca) {
           return ca.valid_at(now) && signed_by(leaf, ca);
         });
}

Plan make_authority_plan(const std::string& keep, bool serves_on, std::string why) {
  Plan plan;
  plan.kind = Plan::Kind::MakeAuthority;
  plan.keep = keep;
  plan.serving = !serves_on;
  plan.why = std::move(why);
  return plan;
}

}  // namespace

TimePoint due(const Certificate& certificate) {
  const TimePoint begun = certificate.not_before + kBackdated;
  return begun + (certificate.not_after - begun) * 2 / 3;
}

Plan next(const Bundle& bundle, const Wanted& wanted, bool trusted, TimePoint now) {
  const auto authorities = read_or_none(bundle.ca_pem);
  const auto serving = read_or_none(bundle.serving.certificate_pem);
  const auto valid = still_valid(authorities, now);
  const bool serves_on = serves(bundle, authorities, serving, wanted.names, now);

  if (authorities.empty())
    return make_authority_plan(
        "", false, bundle.ca_pem.empty() ? "there is no CA yet" : "the CA is unreadable");
  const auto& first = authorities.front();
  if (!first.is_ca || !first.valid_at(now))
    return make_authority_plan(valid, serves_on, "the CA is out of its time, or none");
  if (!key_fits(first.pem, bundle.ca_key_pem))
    return make_authority_plan(valid, serves_on, "the key of the CA is missing or not its own");

  Plan plan;
  // Before anything is trusted: whatever else is in there would be shown to all who may read the
  // webhook configuration.
  if (bundle.ca_pem != valid) {
    plan.kind = Plan::Kind::TidyTrust;
    plan.keep = valid;
    plan.why = "an old CA has expired, or something else lies beside the CAs";
    return plan;
  }
  if (!serves_on) {
    plan.kind = Plan::Kind::IssueServing;
    plan.why = serving.empty() ? "there is no serving certificate yet"
                               : "the serving certificate is out of its time, has other names, or "
                                 "does not fit its key or the CA";
    return plan;
  }
  if (now >= due(first)) return make_authority_plan(valid, true, "the CA is to be renewed");
  const bool of_first = signed_by(serving.front(), first);
  if (!of_first || now >= due(serving.front())) {
    // A CA that nobody trusts yet must not sign what is served.
    plan.kind = of_first || trusted ? Plan::Kind::IssueServing : Plan::Kind::AwaitTrust;
    plan.why = of_first ? "the serving certificate is to be renewed"
                        : "the new CA takes over the serving certificate";
    return plan;
  }
  plan.at = std::min(due(serving.front()), due(first));
  for (const auto& ca : authorities) plan.at = std::min(plan.at, ca.not_after);
  return plan;
}

Result<Bundle> apply(const Plan& plan, const Bundle& bundle, const Wanted& wanted, TimePoint now) {
  Bundle out = bundle;
  const auto issue = [&]() -> Status {
    const auto authorities = read_certificates(out.ca_pem);
    if (!authorities) return fail(authorities.error());
    auto pair = issue_server({authorities->front().pem, out.ca_key_pem}, wanted.names, now,
                             wanted.validity);
    if (!pair) return fail(pair.error());
    out.serving = std::move(*pair);
    return {};
  };
  switch (plan.kind) {
    case Plan::Kind::Keep:
    case Plan::Kind::AwaitTrust:
      return out;
    case Plan::Kind::TidyTrust:
      out.ca_pem = plan.keep;
      return out;
    case Plan::Kind::MakeAuthority: {
      auto authority = make_authority({kAuthorityName, {}}, now, wanted.ca_validity);
      if (!authority) return fail(authority.error());
      out.ca_pem = authority->certificate_pem + plan.keep;
      out.ca_key_pem = authority->private_key_pem;
      if (!plan.serving) return out;
      break;
    }
    case Plan::Kind::IssueServing:
      break;
  }
  if (auto issued = issue(); !issued) return fail(issued.error());
  return out;
}

}  // namespace karbonetes::certs
