#include "platform/symbol_text.h"

namespace strata {

std::optional<SymbolText> find_symbol(const std::string& text, const GuestImage& guest) {
  const auto& symbols = guest.symbols.by_name;
  if (const auto symbol = symbols.find(text); symbol != symbols.end()) {
    return SymbolText{symbol->second, std::nullopt};
  }
  const std::size_t plus = text.rfind('+');
  if (plus == std::string::npos) return std::nullopt;
  const auto symbol = symbols.find(text.substr(0, plus));
  if (symbol == symbols.end()) return std::nullopt;
  return SymbolText{symbol->second, text.substr(plus + 1)};
}

}  // namespace strata
