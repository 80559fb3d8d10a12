// Files a run writes: checked before it starts, so that a mistake costs no run and changes nothing.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/base/result.h"
#include "platform/output/output.h"

namespace strata {

struct OutputFile {
  std::string option;     // "--stats"
  std::string path;       // empty: not asked for; "-": standard output, where `document`
  bool document = false;  // written as a whole, at the end
};

/// Whether every output can be written, and is neither one of `inputs` nor another output. Standard
/// output takes one of them at most.
std::optional<Error> check_outputs(const std::vector<OutputFile>& outputs,
                                   const std::vector<std::string>& inputs);

/// The output that takes standard output, or null: what else would go there has to go elsewhere.
const OutputFile* find_standard_output(const std::vector<OutputFile>& outputs);

/// Replaces the file's content, or prints it on standard output. A failure is the program's
/// (Output).
void write_document(const OutputFile& output, const std::string& content);

/// A document that is opened before the run it is of, and written behind it.
class Document {
 public:
  /// Makes the file if there is none; one that is there keeps its content until write(). An error
  /// is one line.
  static Result<Document> open(const OutputFile& output);

  /// As write_document(). Once.
  void write(const std::string& content);

 private:
  explicit Document(std::unique_ptr<Output> file) : file_(std::move(file)) {}

  std::unique_ptr<Output> file_;  // null: standard output
};

}  // namespace strata
