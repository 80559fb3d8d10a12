// `strata run` of several machines: those on virtual time take turns on this thread, those on host
// time have threads of their own. A machine sees nothing of the others but a page it shares.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <iterator>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "platform/commands.h"
#include "platform/exit_codes.h"
#include "platform/host_memory.h"
#include "platform/machine_run.h"
#include "platform/output/standard_streams.h"
#include "platform/run_confinement.h"
#include "platform/run_control.h"
#include "platform/run_files.h"
#include "platform/stats/number_text.h"

namespace strata {
namespace {

using namespace std::chrono_literals;

/// Runs a machine to its end on a thread of its own.
class ThreadedRun {
 public:
  explicit ThreadedRun(MachineRun& run) : thread_([this, &run] { run_to_end(run); }) {}
  ~ThreadedRun() {
    if (!ended(0ms)) RunControl::interrupt();  // something has been thrown
    thread_.join();
  }

  /// Waits up to `time`; whether it has ended.
  bool ended(std::chrono::milliseconds time) {
    std::unique_lock lock(mutex_);
    end_.wait_for(lock, time, [this] { return ended_; });
    return ended_;
  }

  /// Throws what an ended run has thrown.
  void check() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void run_to_end(MachineRun& run) {
    std::exception_ptr error;
    try {
      run.go_on(kNever);
    } catch (...) {
      error = std::current_exception();
    }
    const std::scoped_lock lock(mutex_);
    error_ = error;
    ended_ = true;
    end_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable end_;
  bool ended_ = false;
  std::exception_ptr error_;
  std::thread thread_;
};

/// One of the machines.
struct Member {
  const MachinesOptions::Machine* options = nullptr;
  std::unique_ptr<MachineRun> run;
  std::unique_ptr<ThreadedRun> thread;  // on host time
  bool runs = true;
  int status = kExitOk;
};

/// All of them, in the order they were named in.
class Company {
 public:
  explicit Company(const MachinesOptions& options);
  std::optional<Error> prepare();
  int run();

 private:
  void take_turns(Cycle turn_end);
  bool watch_threads(std::chrono::milliseconds time);
  void end(Member& member);
  void show_status();
  void clear_status();

  const Cycle quantum_;
  std::map<std::string, HostMemory> shared_pages_;  // by name
  std::deque<Member> members_;
  const bool status_line_;
  bool status_shown_ = false;
  RunControl::Clock::time_point next_status_ = RunControl::Clock::now() + 250ms;
};

bool wants_status_line(const MachinesOptions& options) {
  const auto quiet = [](const auto& machine) { return machine.run.quiet; };
  const auto shown = [](const auto& machine) { return machine.run.display != DisplayMode::kNone; };
  return ::isatty(STDERR_FILENO) == 1 && std::ranges::none_of(options.machines, quiet) &&
         std::ranges::none_of(options.machines, shown);
}

/// What a machine has to know of the others: of those before it what they write, so that of two
/// that go to one file the later is told of.
RunCompany company_of(const MachinesOptions& options, const MachinesOptions::Machine& machine) {
  RunCompany company;
  company.name = machine.name;
  for (const auto& other : options.machines) {
    const std::vector<OutputFile> outputs = outputs_of(other.run);
    company.standard_output_taken |= find_standard_output(outputs) != nullptr;
    company.screen_shown |= other.run.display != DisplayMode::kNone;
    std::ranges::copy(inputs_of(other.run), std::back_inserter(company.inputs));
    if (&other >= &machine) continue;
    for (OutputFile output : outputs) {
      output.option += " of " + other.name;
      company.outputs.push_back(std::move(output));
    }
  }
  return company;
}

Company::Company(const MachinesOptions& options)
    : quantum_(options.quantum), status_line_(wants_status_line(options)) {
  for (const auto& machine : options.machines) {
    Member& member = members_.emplace_back();
    member.options = &machine;
    RunCompany company = company_of(options, machine);
    if (const auto& share = machine.run.share) {
      company.shared_page =
          shared_pages_.try_emplace(share->name, SharedPage::kBytes).first->second.data();
    }
    member.run = make_machine_run(machine.run, std::move(company));
  }
}

/// Nothing is opened to be written before all machines have been built.
std::optional<Error> Company::prepare() {
  for (const auto step : {&MachineRun::check, &MachineRun::make, &MachineRun::open}) {
    for (const Member& member : members_) {
      if (auto error = (*member.run.*step)()) return error;
    }
  }
  return std::nullopt;
}

int Company::run() {
  for (Member& member : members_) {
    if (!member.options->run.engine->on_host_time) continue;
    member.thread = std::make_unique<ThreadedRun>(*member.run);
  }
  const auto takes_turns = [](const Member& member) { return member.runs && !member.thread; };
  for (Cycle turn_end = 0; std::ranges::any_of(members_, takes_turns);) {
    turn_end = std::min(turn_end, kNever - quantum_) + quantum_;
    take_turns(turn_end);
    watch_threads(0ms);
    show_status();
  }
  while (watch_threads(250ms)) show_status();
  clear_status();
  if (RunControl::interrupted()) return kExitInterrupted;
  const auto bad = std::ranges::find_if(members_, [](const Member& m) { return m.status != 0; });
  return bad == members_.end() ? kExitOk : bad->status;
}

void Company::take_turns(Cycle turn_end) {
  for (Member& member : members_) {
    if (!member.runs || member.thread) continue;
    if (!member.run->go_on(turn_end)) end(member);
  }
}

/// Whether any of them still runs.
bool Company::watch_threads(std::chrono::milliseconds time) {
  bool any = false;
  for (Member& member : members_) {
    if (!member.runs || !member.thread) continue;
    if (member.thread->ended(any ? 0ms : time)) {
      member.thread->check();
      end(member);
    } else {
      any = true;
    }
  }
  return any;
}

void Company::end(Member& member) {
  clear_status();
  member.runs = false;
  member.status = member.run->finish();
}

/// Of machines on threads nothing can be asked meanwhile.
void Company::show_status() {
  if (!status_line_ || RunControl::Clock::now() < next_status_) return;
  next_status_ = RunControl::Clock::now() + 250ms;
  std::string text;
  for (const Member& member : members_) {
    if (!member.runs) continue;
    text += fmt::format(
        "{}{}: {}", text.empty() ? "" : ", ", member.options->name,
        member.thread ? "on host time" : group_digits(member.run->cycles()) + " cycles");
  }
  say("\r\033[K{}", text);
  status_shown_ = true;
}

void Company::clear_status() {
  if (status_shown_) say("\r\033[K");
  status_shown_ = false;
}

}  // namespace

int machines_command(const MachinesOptions& options) {
  Company company(options);
  if (auto error = company.prepare()) return report_error(*error);
  std::vector<const RunOptions*> runs;
  for (const auto& machine : options.machines) runs.push_back(&machine.run);
  confine_runs(runs);
  return company.run();
}

}  // namespace strata
