/* Included before fstapi.c: its files become those of platform/trace/fst_files.h. fstapi reports no
 * failed write, and maps its scratch files, so that one the host has no room for ends the program
 * with SIGBUS. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

FILE* strata_fst_fopen(const char* path, const char* mode);
FILE* strata_fst_tmpfile(void);
int strata_fst_unlink(const char* path);
int strata_fst_fileno(FILE* file);
int strata_fst_ftruncate(int number, off_t size);
void* strata_fst_mmap(void* at, size_t size, int protection, int flags, int number, off_t offset);
int strata_fst_munmap(void* at, size_t size);

#define fopen strata_fst_fopen
#define tmpfile strata_fst_tmpfile
#define unlink strata_fst_unlink
#define fileno strata_fst_fileno
#define ftruncate strata_fst_ftruncate
#define mmap strata_fst_mmap
#define munmap strata_fst_munmap
