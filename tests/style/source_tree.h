// The working tree as the style tests see it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace strata::style {

struct SourceFile {
  std::string path;  // relative to the repository, with '/'
  std::string text;
};

/// The repository's root.
std::filesystem::path source_root();

/// All files of ours whose names end in one of `suffixes`, sorted by path: those below models,
/// platform, rtl, sw, tests and scripts.
std::vector<SourceFile> source_files(const std::vector<std::string_view>& suffixes);

/// The whole of a file; empty if it cannot be read.
std::string read_text(const std::filesystem::path& path);

struct CommandResult {
  int status = -1;     // exit code; -1 if the command could not be run
  std::string output;  // standard output and standard error
};

/// Runs a shell command in the repository's root.
CommandResult run_command(const std::string& command);

/// `text` between single quotes for the shell.
std::string quoted(const std::string& text);

/// Findings as one text, a line each, for a test's message.
std::string lines(const std::vector<std::string>& findings);

}  // namespace strata::style
