#include "simulate/report/html.hpp"

#include <fmt/format.h>

#include "cli/text.hpp"
#include "svg/svg.hpp"

namespace karbonetes::simulate::html {

std::string_view style() {
  return R"(
:root { color-scheme: light dark; --bg: #fff; --fg: #1f2328; --muted: #59636e; --line: #d8dee4; --good: #1a7f37; --bad: #a40e26; --card: #f6f8fa; }
@media (prefers-color-scheme: dark) { :root { --bg: #0d1117; --fg: #e6edf3; --muted: #9198a1; --line: #30363d; --good: #3fb950; --bad: #ff7b72; --card: #161b22; } }
body { margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 66rem; background: var(--bg); color: var(--fg); font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.7rem; margin: 0 0 .3rem; } h2 { font-size: 1.2rem; margin: 2.4rem 0 .6rem; }
p, li { margin: .4rem 0; overflow-wrap: anywhere; } .muted { color: var(--muted); }
.headline { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem 1.2rem; margin: 1.2rem 0; font-size: 1.1rem; }
.headline strong { font-size: 1.7rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .875rem; }
caption { text-align: left; color: var(--muted); padding-bottom: .4rem; }
th, td { text-align: right; vertical-align: baseline; padding: .35rem .5rem; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { font-weight: 600; } .left { text-align: left; } td.left { white-space: normal; overflow-wrap: break-word; max-width: 14rem; }
.good { color: var(--good); } .bad { color: var(--bad); }
figure { margin: 1.4rem 0; } figcaption { color: var(--muted); font-size: .9rem; } svg { display: block; width: 100%; height: auto; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 1rem; overflow-x: auto; }
@media print { body { max-width: none; padding: 0; font-size: 11pt; } h2 { break-after: avoid; } figure, tr, pre { break-inside: avoid; } thead { display: table-header-group; } table { font-size: 8pt; } .scroll { overflow: visible; } th, td { padding: .2rem .3rem; } }
)";
}

std::string text(std::string_view words) { return svg::escaped(cli::printable(words)); }

std::string heading(std::string_view words) { return fmt::format("<h2>{}</h2>\n", text(words)); }

std::string table(std::string_view caption, const std::vector<Column>& columns,
                  const std::vector<std::vector<std::string>>& rows) {
  const std::string words = text(caption);
  // Focusable: whoever has no mouse scrolls it by keys.
  std::string out = fmt::format(
      "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{0}\"><table>"
      "<caption>{0}</caption>\n<thead><tr>",
      words);
  const auto css = [&](std::size_t i) {
    return i < columns.size() && columns[i].left ? " class=\"left\"" : "";
  };
  for (std::size_t i = 0; i < columns.size(); ++i)
    out += fmt::format("<th scope=\"col\"{}>{}</th>", css(i), columns[i].title);
  out += "</tr></thead>\n<tbody>\n";
  for (const auto& row : rows) {
    out += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i)
      out += fmt::format("<td{}>{}</td>", css(i), row[i]);
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

}  // namespace karbonetes::simulate::html
