#include "csv/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "base/text.hpp"

namespace karbonetes::csv {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

std::string_view trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// The one that the header has most of; outside of quotes.
char separator_of(std::string_view text) {
  std::size_t commas = 0;
  std::size_t semicolons = 0;
  std::size_t tabs = 0;
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\n') break;
    commas += c == ',' ? 1 : 0;
    semicolons += c == ';' ? 1 : 0;
    tabs += c == '\t' ? 1 : 0;
  }
  if (commas >= semicolons && commas >= tabs) return ',';
  return semicolons >= tabs ? ';' : '\t';
}

// Removes lines that say nothing from the front; returns how many.
std::size_t skip_empty(std::string_view& text) {
  std::size_t lines = 0;
  while (!text.empty()) {
    const auto end = text.find('\n');
    const auto line = trim(text.substr(0, end));
    if (!line.empty() && line.front() != '#') break;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    ++lines;
  }
  return lines;
}

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] == '"') ++i;  // of two, one
  }
  return out;
}

}  // namespace

std::string plain(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (c != ' ' && c != '_' && c != '-') out += static_cast<char>(std::tolower(byte));
  }
  return out;
}

Result<Table> Table::open(std::string_view text, std::string file) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  Table out;
  out.file_ = std::move(file);
  out.rest_ = text;
  out.line_ += skip_empty(out.rest_);
  out.separator_ = separator_of(out.rest_);
  const auto read = out.read_record();
  if (!read) return fail(read.error());
  if (!*read) return out.wrong("the file is empty; write a header line, then a line for each row");
  for (const auto cell : out.cells_) out.header_.emplace_back(cell);
  std::vector<std::string> names;
  names.reserve(out.header_.size());
  for (const auto& name : out.header_) names.push_back(plain(name));
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(
      names, [](const auto& a, const auto& b) { return a == b && !a.empty(); });
  if (twice != names.end())
    return out.wrong("the header names the column " + in_quotes(*twice) +
                     " twice; write each name once");
  out.cells_.clear();
  return out;
}

std::optional<std::size_t> Table::column(std::span<const std::string_view> names) const {
  for (const auto wanted : names) {
    const auto name = plain(wanted);
    for (std::size_t i = 0; i < header_.size(); ++i)
      if (plain(header_[i]) == name) return i;
  }
  return std::nullopt;
}

tl::unexpected<Error> Table::wrong(std::string_view what) const {
  return fail(Errc::Parse, one_line(fmt::format("{}:{}: {}", file_, record_line_, what)));
}

Result<bool> Table::next() {
  line_ += skip_empty(rest_);
  auto read = read_record();
  if (!read || !*read) return read;
  if (cells_.size() > header_.size())
    return wrong(
        fmt::format("{} cells, but the header names {} columns; put cells that hold a "
                    "'{}' in double quotes",
                    cells_.size(), header_.size(), separator_));
  cells_.resize(header_.size());
  return true;
}

Result<bool> Table::read_record() {
  cells_.clear();
  unescaped_.clear();
  record_line_ = line_;
  if (rest_.empty()) return false;
  for (;;) {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\r'))
      rest_.remove_prefix(1);
    std::string_view cell;
    if (!rest_.empty() && rest_.front() == '"') {
      rest_.remove_prefix(1);
      bool escaped = false;
      std::size_t end = rest_.find('"');
      while (end != std::string_view::npos && rest_.substr(end).starts_with("\"\"")) {
        escaped = true;
        end = rest_.find('"', end + 2);
      }
      if (end > kMaxCell)  // npos, too
        return wrong(
            "a cell in double quotes does not end; write a second double quote after "
            "it, and \"\" for one inside");
      cell = rest_.substr(0, end);
      line_ += static_cast<std::size_t>(std::ranges::count(cell, '\n'));
      if (escaped) {
        // Cells are views into unescaped_: it must never grow beyond what it has.
        unescaped_.reserve(kMaxColumns + 1);
        cell = unescaped_.emplace_back(unescape(cell));
      }
      rest_.remove_prefix(std::min(end + 1, rest_.size()));
      while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\r'))
        rest_.remove_prefix(1);
      if (!rest_.empty() && rest_.front() != separator_ && rest_.front() != '\n')
        return wrong(
            "text follows the closing double quote of a cell; put the whole cell in "
            "double quotes, with \"\" for one inside");
      cell = trim(cell);
    } else {
      std::size_t end = 0;
      while (end < rest_.size() && rest_[end] != separator_ && rest_[end] != '\n') ++end;
      cell = trim(rest_.substr(0, end));
      rest_.remove_prefix(end);
    }
    if (cell.size() > kMaxCell)
      return wrong(fmt::format("a cell is longer than {} bytes; is this a CSV file?", kMaxCell));
    if (cell.find('\0') != std::string_view::npos)
      return wrong("there is a zero byte; write the file as UTF-8 text");
    if (cells_.size() >= kMaxColumns)
      return wrong(fmt::format("more than {} columns; is this a CSV file?", kMaxColumns));
    cells_.push_back(cell);
    if (rest_.empty()) return true;
    const bool at_end = rest_.front() == '\n';
    rest_.remove_prefix(1);
    if (!at_end) continue;
    ++line_;
    return true;
  }
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = !text.empty() && error == std::errc() && end == text.data() + text.size();
  if (!whole || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace karbonetes::csv
