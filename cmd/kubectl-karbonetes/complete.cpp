#include "complete.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/cluster.hpp"
#include "cli/doctor_json.hpp"
#include "cli/published.hpp"
#include "cli/text.hpp"
#include "commands.hpp"
#include "json/document.hpp"

namespace karbonetes::cmd {

namespace {

constexpr Millis kPatience = std::chrono::seconds(2);

struct Choice {
  std::string text, description;
};

void add(std::vector<Choice>& out, const std::string& word, std::string text,
         std::string description) {
  if (text.starts_with(word)) out.push_back({std::move(text), std::move(description)});
}

std::vector<std::string> spellings(const CLI::Option& option) {
  std::vector<std::string> out;
  for (const auto& name : option.get_lnames()) out.push_back("--" + name);
  for (const auto& name : option.get_snames()) out.push_back("-" + name);
  return out;
}

const CLI::Option* option_of(const CLI::App& app, const std::string& word) {
  for (const CLI::Option* option : app.get_options()) {
    if (std::ranges::count(spellings(*option), word) > 0) return option;
  }
  return nullptr;
}

// "TEXT:{json,wide}" -> json, wide: how CLI11 shows IsMember.
std::vector<std::string> members(const CLI::Option& option) {
  const auto type = option.get_type_name();
  const auto open = type.find('{'), close = type.find('}');
  std::vector<std::string> out;
  if (open == std::string::npos || close == std::string::npos || close < open) return out;
  std::string word;
  for (const char c : type.substr(open + 1, close - open - 1)) {
    if (c == ',') {
      out.push_back(std::exchange(word, {}));
    } else {
      word += c;
    }
  }
  out.push_back(word);
  return out;
}

// Names from the cluster; none when it does not answer.
std::vector<std::string> names(const Flags& flags,
                               const std::function<std::vector<std::string>(const Context&)>& ask) {
  std::vector<std::string> out;
  (void)with_cluster_quietly(flags, [&](const Context& context) {
    out = ask(context);
    return 0;
  });
  return out;
}

std::vector<std::string> namespaces(const Flags& flags) {
  return names(flags, [](const Context& context) {
    kube::CallOptions options;
    options.timeout = kPatience;
    std::vector<std::string> out;
    const auto body = context.client.get("/api/v1/namespaces?limit=500", options);
    const auto list = body ? json::parse(*body) : fail(body.error());
    if (!list) return out;
    for (const auto& each : cli::array_at(*list, "items"))
      out.push_back(cli::text_at(cli::object_at(each, "metadata"), "name"));
    return out;
  });
}

std::vector<std::string> jobs(const Flags& flags) {
  return names(flags, [](const Context& context) {
    std::vector<std::string> out;
    const auto found = cli::list_jobs(context.fetch, context.ns, "");
    if (!found) return out;
    for (const auto& job : *found) out.push_back(job.facts.name);
    return out;
  });
}

std::vector<std::string> sources(const Flags& flags) {
  return names(flags, [](const Context& context) {
    std::vector<std::string> out, notes;
    const auto signals = cli::published_signals(context.fetch, context.flags.system_namespace,
                                                context.clock.now(), notes);
    if (!signals) return out;
    for (const auto& [name, signal] : signals->by_source) out.push_back(name);
    return out;
  });
}

struct Place {
  const CLI::App* command;              // the subcommand, or the whole program
  Flags flags;                          // as far as they were given
  const CLI::Option* awaits = nullptr;  // the flag whose value is the last word
};

Place find(const CLI::App& app, Flags flags, const std::vector<std::string>& words) {
  Place place{&app, std::move(flags)};
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const auto& word = words[i];
    place.awaits = nullptr;
    if (!word.starts_with('-')) {
      if (place.command != &app) continue;
      for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        if (command->get_name() == word) place.command = command;
      }
      continue;
    }
    const auto equals = word.find('=');
    const auto* option = option_of(*place.command, word.substr(0, equals));
    if (option == nullptr) option = option_of(app, word.substr(0, equals));
    if (option == nullptr || option->get_expected_max() == 0) continue;
    const bool inline_value = equals != std::string::npos;
    const auto value =
        inline_value ? word.substr(equals + 1) : (i + 2 < words.size() ? words[i + 1] : "");
    if (option->check_name("--namespace")) place.flags.ns = value;
    if (option->check_name("--context")) place.flags.context = value;
    if (option->check_name("--kubeconfig")) place.flags.kubeconfig = value;
    if (option->check_name("--system-namespace")) place.flags.system_namespace = value;
    if (inline_value) continue;
    if (i + 2 == words.size()) place.awaits = option;
    ++i;
  }
  return place;
}

std::vector<Choice> choices(const CLI::App& app, const Flags& given,
                            const std::vector<std::string>& words) {
  const std::string word = words.empty() ? std::string() : words.back();
  const auto place = find(app, given, words);
  std::vector<Choice> out;
  const auto offer = [&](const std::vector<std::string>& texts) {
    for (const auto& text : texts) add(out, word, text, "");
  };
  if (place.awaits != nullptr) {
    if (place.awaits->check_name("--namespace") || place.awaits->check_name("--system-namespace")) {
      offer(namespaces(place.flags));
    } else if (place.awaits->check_name("--context")) {
      offer(context_names(place.flags));
    } else {
      offer(members(*place.awaits));
    }
    return out;
  }
  if (word.starts_with('-')) {
    for (const CLI::App* each : {place.command, &app}) {
      for (const CLI::Option* option : each->get_options()) {
        for (const auto& spelling : spellings(*option)) {
          if (spelling.starts_with("--")) add(out, word, spelling, option->get_description());
        }
      }
      if (place.command == &app) break;
    }
    return out;
  }
  if (place.command == &app) {
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
      if (!command->get_group().empty())
        add(out, word, command->get_name(), command->get_description());
    }
    return out;
  }
  for (const CLI::Option* option : place.command->get_options()) {
    if (!option->get_positional()) continue;
    if (option->get_name() == "JOB") offer(jobs(place.flags));
    if (option->get_name() == "SOURCE") offer(sources(place.flags));
    if (option->get_name() == "SHELL") offer(members(*option));
  }
  return out;
}

}  // namespace

int complete(const CLI::App& app, const Flags& flags, const std::vector<std::string>& words) {
  std::string out;
  for (const auto& choice : choices(app, flags, words))
    out += cli::printable(choice.text, 253) +
           (choice.description.empty() ? "" : "\t" + choice.description) + "\n";
  return print(out + ":4\n");
}

std::string completion_script(const std::string& shell) {
  if (shell == "bash") {
    return R"(# bash completion for kubectl-karbonetes:  source <(kubectl karbonetes completion bash)
_kubectl_karbonetes() {
  local line word=${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=()
  while IFS= read -r line; do
    [[ $line == :* ]] || COMPREPLY+=("${line%%$'\t'*}")
  done < <(kubectl-karbonetes __complete -- "${COMP_WORDS[@]:1:COMP_CWORD-1}" "$word" 2>/dev/null)
}
complete -F _kubectl_karbonetes kubectl-karbonetes
)";
  }
  if (shell == "zsh") {
    return R"(#compdef kubectl-karbonetes
# zsh completion for kubectl-karbonetes:  source <(kubectl karbonetes completion zsh)
_kubectl_karbonetes() {
  local -a found
  local line
  while IFS= read -r line; do
    [[ $line == :* ]] || found+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
  done < <(kubectl-karbonetes __complete -- "${(@)words[2,CURRENT-1]}" "${words[CURRENT]}" 2>/dev/null)
  _describe 'kubectl karbonetes' found
}
compdef _kubectl_karbonetes kubectl-karbonetes
)";
  }
  return R"(# fish completion for kubectl-karbonetes:  kubectl karbonetes completion fish | source
function __kubectl_karbonetes
  set -l words (commandline -opc) (commandline -ct)
  kubectl-karbonetes __complete -- $words[2..-1] 2>/dev/null | string match -v -r '^:'
end
complete -c kubectl-karbonetes -f -a '(__kubectl_karbonetes)'
)";
}

}  // namespace karbonetes::cmd
