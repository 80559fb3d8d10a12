#include "tests/unit/trace/fst_history.h"

#include <fstapi.h>
#include <gtest/gtest.h>

#include <vector>

namespace strata::test {
namespace {

void collect(void* user, std::uint64_t time, fstHandle handle, const unsigned char* value) {
  auto& by_handle = *static_cast<std::map<fstHandle, FstChanges>*>(user);
  by_handle[handle][time] = reinterpret_cast<const char*>(value);
}

void collect_string(void* user, std::uint64_t time, fstHandle handle, const unsigned char* value,
                    std::uint32_t length) {
  auto& by_handle = *static_cast<std::map<fstHandle, FstChanges>*>(user);
  by_handle[handle][time].assign(reinterpret_cast<const char*>(value), length);
}

}  // namespace

FstHistory read_fst(const std::string& path) {
  FstHistory history;
  void* const reader = fstReaderOpen(path.c_str());
  EXPECT_NE(reader, nullptr) << path;
  if (reader == nullptr) return history;
  history.exponent = fstReaderGetTimescale(reader);
  std::map<fstHandle, FstChanges> by_handle;
  fstReaderSetFacProcessMaskAll(reader);
  fstReaderIterBlocks2(reader, collect, collect_string, &by_handle, nullptr);
  fstReaderIterateHierRewind(reader);
  std::vector<std::string> scopes;
  while (const fstHier* item = fstReaderIterateHier(reader)) {
    if (item->htyp == FST_HT_SCOPE) scopes.push_back(item->u.scope.name);
    if (item->htyp == FST_HT_UPSCOPE) scopes.pop_back();
    if (item->htyp != FST_HT_VAR) continue;
    std::string name;
    for (const std::string& scope : scopes) name += scope + '.';
    name += item->u.var.name;
    history.changes[name.substr(0, name.find(" ["))] = by_handle[item->u.var.handle];
  }
  fstReaderClose(reader);
  return history;
}

}  // namespace strata::test
