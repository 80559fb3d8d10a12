// What the program can do, one function a command. Each returns the program's exit status.
#pragma once

#include "models/base/result.h"
#include "platform/options.h"

namespace strata {

int run_command(const RunOptions& options);
int machines_command(const MachinesOptions& options);
int compare_command(const CompareOptions& options);
int bench_command(const BenchOptions& options);
int profile_command(const ProfileOptions& options);
int info_command(const InfoOptions& options);
int disk_create_command(const DiskCreateOptions& options);

/// Prints "strata: <message>" on standard error and returns kExitBadInput, or kExitFailed where the
/// user is not to blame.
int report_error(const Error& error);

}  // namespace strata
