#include "man.hpp"

#include <fmt/format.h>

namespace karbonetes::cmd {

namespace {

// Text in which roff must see no request and no escape.
std::string plain(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c == '\'' || c == '.') {
      out += std::string("\\&") + c;
    } else {
      out += c;
    }
  }
  return out;
}

std::string value_of(const CLI::Option& option) {
  if (option.get_expected_max() == 0) return {};
  const auto type = option.get_type_name();
  const auto open = type.find('{');
  if (open != std::string::npos) return " " + type.substr(open);
  return " VALUE";
}

void options(const CLI::App& app, std::string& out) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) continue;
    std::string names;
    for (const auto& name : option->get_snames()) names += (names.empty() ? "-" : ", -") + name;
    for (const auto& name : option->get_lnames()) names += (names.empty() ? "--" : ", --") + name;
    out += fmt::format(".TP\n\\fB{}\\fR{}\n{}", plain(names), plain(value_of(*option)),
                       plain(option->get_description()));
    if (!option->get_default_str().empty())
      out += plain(" (default: " + option->get_default_str() + ")");
    if (!option->get_envname().empty()) out += plain("; environment: " + option->get_envname());
    out += "\n";
  }
}

}  // namespace

std::string man_page(const CLI::App& app) {
  std::string out =
      ".TH KUBECTL\\-KARBONETES 1 \"\" Karbonetes \"User Commands\"\n.SH "
      "NAME\nkubectl\\-karbonetes \\- "
      "carbon\\-aware batch Jobs on Kubernetes\n.SH SYNOPSIS\n.B kubectl karbonetes\n.I "
      "COMMAND\n[options]\n"
      ".SH DESCRIPTION\n";
  out += plain(app.get_description()) + ".\n.SH COMMANDS\n";
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_group().empty()) continue;
    std::string positional;
    for (const CLI::Option* option : command->get_options()) {
      if (option->get_positional()) positional += " " + option->get_name();
    }
    out += fmt::format(".SS {}{}\n{}.\n", plain(command->get_name()), plain(positional),
                       plain(command->get_description()));
    options(*command, out);
  }
  out += ".SH OPTIONS OF EVERY COMMAND\n";
  options(app, out);
  out +=
      ".SH EXIT STATUS\n0 when all went well, 1 otherwise; \\fBdoctor\\fR: 1 when there is a "
      "problem.\n"
      ".SH SEE ALSO\n.BR kubectl (1)\n.UR https://github.com/karbonetes/karbonetes\n.UE\n";
  return out;
}

}  // namespace karbonetes::cmd
