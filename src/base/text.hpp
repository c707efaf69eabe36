// Text from outside inside a sentence of ours: an error, an event, a warning. Pure.
#pragma once

#include <string>
#include <string_view>

namespace karbonetes {

// "\"value\"" with quotes: cut to 64 characters ("..." marks the cut), control characters, quotes
// and everything beyond ASCII replaced by '?'. The result is one line of valid UTF-8 whatever came
// in, so it may go into JSON and logs.
[[nodiscard]] std::string in_quotes(std::string_view text);

// A sentence that has text from outside somewhere in it: control characters become '?', so that it
// stays one line of a log.
[[nodiscard]] std::string one_line(std::string sentence);

}  // namespace karbonetes
