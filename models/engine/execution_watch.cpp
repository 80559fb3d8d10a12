#include "models/engine/execution_watch.h"

namespace strata {

ExecutionWatch::ExecutionWatch() {
  for (auto& pages : pages_) pages = std::make_unique<std::unique_ptr<Page>[]>(kPages);
}

ExecutionWatch::~ExecutionWatch() = default;

}  // namespace strata
