// CSV as people export it (RFC 4180 with what is common beside it): a header line, cells in double
// quotes that may hold commas and line ends, "\r\n", a byte order mark, ';' or tab instead of ','
// (seen from the header), empty lines and lines that begin with '#'. One pass over the text, no
// copy but of cells that hold escaped quotes. Views into the text: it must outlive the table. Not
// thread-safe. Errors: Parse, each as "FILE:LINE: what is wrong; what to write instead".
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace karbonetes::csv {

class Table {
 public:
  static constexpr std::size_t kMaxColumns = 256;
  static constexpr std::size_t kMaxCell = 4096;  // bytes

  // Reads the header. `file`: how errors name it. Errors: Parse: no header, a column named twice.
  [[nodiscard]] static Result<Table> open(std::string_view text, std::string file);

  [[nodiscard]] const std::vector<std::string>& header() const { return header_; }
  // The index of the first of `names` that is a column, without regard to case, blanks, '_' and
  // '-'.
  [[nodiscard]] std::optional<std::size_t> column(std::span<const std::string_view> names) const;

  // The next record; false at the end. Its cells are trimmed, as many as the header has: missing
  // ones at the end of a line are empty. They are valid until the next call. Errors: Parse: an
  // unclosed quote, more cells than columns, a cell above kMaxCell, a NUL byte.
  [[nodiscard]] Result<bool> next();
  [[nodiscard]] std::span<const std::string_view> cells() const { return cells_; }
  [[nodiscard]] std::string_view cell(std::size_t column) const { return cells_[column]; }
  // On which the current record begins, from 1.
  [[nodiscard]] std::size_t line() const { return record_line_; }
  // Parse, at the current record.
  [[nodiscard]] tl::unexpected<Error> wrong(std::string_view what) const;

 private:
  Table() = default;
  Result<bool> read_record();

  std::string file_;
  std::string_view rest_;
  char separator_ = ',';
  std::size_t line_ = 1;  // of rest_
  std::size_t record_line_ = 1;
  std::vector<std::string> header_;
  std::vector<std::string_view> cells_;
  std::vector<std::string> unescaped_;  // cells that held "", in no order
};

// A column's name as names are compared: small letters, without blanks, '_' and '-'.
[[nodiscard]] std::string plain(std::string_view name);

// A decimal number and nothing else, '.' as point; nullopt: not one, or not finite.
[[nodiscard]] std::optional<double> number(std::string_view text);

}  // namespace karbonetes::csv
