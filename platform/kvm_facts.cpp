#include "platform/kvm_facts.h"

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "models/engine/kvm/kvm_host.h"
#include "platform/later_work.h"

namespace strata {
namespace {

struct Facts {
  bool emulates = false;
  bool pages = false;
};

/// Asked once.
struct Question {
  std::mutex mutex;
  std::optional<Facts> answer;
  std::optional<LaterWork> process;
};

Question& question() {
  static Question asked;
  return asked;
}

Facts ask_host() {
  const KvmHost& host = describe_kvm();
  return {host.kind == KvmKind::kEmulating, host.paging};
}

Result<std::string> ask_host_in_process(const std::function<bool()>& cancelled) {
  if (cancelled()) return std::string();
  const Facts facts = ask_host();
  return std::string(facts.emulates ? "e" : "-") + (facts.pages ? "p" : "-");
}

Facts ask() {
  Question& asked = question();
  const std::scoped_lock lock(asked.mutex);
  if (asked.answer) return *asked.answer;
  if (asked.process) {
    const auto text = asked.process->take([] { return false; });
    const bool fine = text && text.value().size() == 2;
    asked.answer = fine ? Facts{text.value()[0] == 'e', text.value()[1] == 'p'} : Facts{};
  } else {
    asked.answer = ask_host();
  }
  return *asked.answer;
}

}  // namespace

void prepare_kvm_facts() {
  Question& asked = question();
  asked.process.emplace();
  if (!asked.process->start(ask_host_in_process)) return;
  asked.process.reset();
  ask();
}

bool kvm_emulates() {
  return ask().emulates;
}

bool kvm_pages() {
  return ask().pages;
}

}  // namespace strata
