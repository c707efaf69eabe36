#include "ledger/codec/account_codec.hpp"

#include "ledger/codec/fields.hpp"

namespace karbonetes::ledger {

namespace {

using json::Document;

constexpr int kGramDecimals = 6, kKwhDecimals = 9, kCoverageDecimals = 4;
constexpr double kMostKwh = 1e12, kMostGrams = 1e15;
constexpr std::size_t kLongestPolicy = 320;  // a namespace, a slash, a name

template <class Kind>
void put(Document& out, const std::optional<Emissions<Kind>>& emissions) {
  if (!emissions) return;
  const auto grams = [](carbon::Grams<Kind> g) { return fields::rounded(g.value, kGramDecimals); };
  out[std::string(Kind::kName)] = {
      {"actualGrams", grams(emissions->actual)},
      {"counterfactualGrams", grams(emissions->counterfactual)},
      {"avoidedGrams", grams(emissions->avoided())},
      {"coverage", fields::rounded(emissions->coverage, kCoverageDecimals)}};
}

Document document_of(const Account& account) {
  Document out = {{"kWh", fields::rounded(account.run.energy.kwh, kKwhDecimals)},
                  {"energySource", name(account.run.energy.source)}};
  if (!account.policy.empty()) out["policy"] = account.policy;
  out["submitted"] = format_rfc3339(account.run.submitted);
  out["started"] = format_rfc3339(account.run.started);
  out["finished"] = format_rfc3339(account.run.finished);
  put(out, account.average);
  put(out, account.marginal);
  if (account.shadow) {
    Document shadow = {{"start", format_rfc3339(account.shadow->start)}};
    put(shadow, account.shadow->average);
    put(shadow, account.shadow->marginal);
    out["shadow"] = std::move(shadow);
  }
  return out;
}

template <class Kind>
Status take(const Document& from, const std::string& path, std::optional<Emissions<Kind>>& out) {
  const Document& object = fields::member(from, Kind::kName);
  if (object.is_null()) return {};
  const std::string field =
      path.empty() ? std::string(Kind::kName) : path + "." + std::string(Kind::kName);
  if (!object.is_object()) return fields::wrong(field, "an object");
  Emissions<Kind> e;
  if (Status s =
          fields::read(object, "actualGrams", field, -kMostGrams, kMostGrams, e.actual.value);
      !s) {
    return s;
  }
  if (Status s = fields::read(object, "counterfactualGrams", field, -kMostGrams, kMostGrams,
                              e.counterfactual.value);
      !s) {
    return s;
  }
  if (Status s = fields::read(object, "coverage", field, 0, 1, e.coverage); !s) return s;
  out = e;
  return {};
}

Status take_run(const Document& from, Account& out) {
  std::string source;
  if (Status s = fields::read(from, "kWh", "", 0, kMostKwh, out.run.energy.kwh); !s) return s;
  if (Status s = fields::read(from, "energySource", "", 16, source); !s) return s;
  if (source == name(EnergySource::Measured)) {
    out.run.energy.source = EnergySource::Measured;
  } else if (!source.empty() && source != name(EnergySource::Model)) {
    return fields::wrong("energySource", R"("model" or "measured")");
  }
  if (Status s = fields::read(from, "policy", "", kLongestPolicy, out.policy); !s) return s;
  if (Status s = fields::read(from, "submitted", "", out.run.submitted); !s) return s;
  if (Status s = fields::read(from, "started", "", out.run.started); !s) return s;
  return fields::read(from, "finished", "", out.run.finished);
}

Status take_shadow(const Document& from, Account& out) {
  const Document& object = fields::member(from, "shadow");
  if (object.is_null()) return {};
  if (!object.is_object()) return fields::wrong("shadow", "an object");
  ShadowAccount shadow;
  if (Status s = fields::read(object, "start", "shadow", shadow.start); !s) return s;
  if (Status s = take(object, "shadow", shadow.average); !s) return s;
  if (Status s = take(object, "shadow", shadow.marginal); !s) return s;
  out.run.would_start = shadow.start;
  out.shadow = shadow;
  return {};
}

}  // namespace

std::string encode_account(const Account& account) {
  Document document = document_of(account);
  std::string text = fields::compact(document);
  if (text.size() > kMaxAccountBytes && document.erase("policy") > 0) {
    text = fields::compact(document);
  }
  return text;
}

Result<Account> decode_account(std::string_view text) {
  const auto document = fields::parse_object(text, "account", 4 * kMaxAccountBytes);
  if (!document) return fail(document.error());
  Account out;
  for (const Status& s : {take_run(*document, out), take(*document, "", out.average),
                          take(*document, "", out.marginal), take_shadow(*document, out)}) {
    if (!s) return fail(Errc::Parse, "account: " + s.error().message);
  }
  return out;
}

}  // namespace karbonetes::ledger
