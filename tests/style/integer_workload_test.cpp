// The results the integer benchmark checks itself against, computed by other means than the
// guest's.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "sw/benchmarks/integer/workload.h"

namespace {

class Random {
 public:
  std::uint32_t next() {
    state_ = state_ * WORKLOAD_LCG_A + WORKLOAD_LCG_C;
    return state_ >> 16;
  }

 private:
  std::uint32_t state_ = WORKLOAD_SEED;
};

/// CRC-32 (IEEE 802.3), bit by bit.
std::uint32_t crc32(const std::string& bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (char byte : bytes) {
    crc ^= static_cast<std::uint8_t>(byte);
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (0xEDB88320 & (0u - (crc & 1)));
  }
  return ~crc;
}

TEST(IntegerWorkload, CrcIsTheStandardOne) {
  EXPECT_EQ(crc32("123456789"), 0xCBF43926u);  // the check value of CRC-32/ISO-HDLC
}

TEST(IntegerWorkload, SieveResultIsTheNumberOfPrimes) {
  std::uint32_t count = 0;
  for (unsigned number = 2; number < SIEVE_LIMIT; number++) {
    unsigned divisor = 2;
    while (number % divisor != 0) divisor++;
    if (divisor == number) count++;
  }
  EXPECT_EQ(count, SIEVE_RESULT);
}

TEST(IntegerWorkload, CrcResult) {
  Random random;
  std::string bytes(CRC_BYTES, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.next() & 0xFF);
  EXPECT_EQ(crc32(bytes), CRC_RESULT);
}

TEST(IntegerWorkload, SortResult) {
  Random random;
  std::vector<std::uint32_t> numbers(SORT_COUNT);
  for (std::uint32_t& number : numbers) number = random.next();
  std::sort(numbers.begin(), numbers.end());
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < numbers.size(); i++) sum += (i + 1) * numbers[i];
  EXPECT_EQ(static_cast<std::uint32_t>(sum), SORT_RESULT);
}

TEST(IntegerWorkload, MatrixResult) {
  Random random;
  std::vector<std::int64_t> numbers(2 * MATRIX_SIZE * MATRIX_SIZE);
  for (std::int64_t& number : numbers) number = std::int64_t{random.next() % 256} - 128;
  const std::int64_t* left = numbers.data();
  const std::int64_t* right = left + MATRIX_SIZE * MATRIX_SIZE;
  std::int64_t sum = 0;
  for (int place = 0; place < MATRIX_SIZE * MATRIX_SIZE; place++)
    for (int k = 0; k < MATRIX_SIZE; k++)
      sum += (place + 1) * left[place / MATRIX_SIZE * MATRIX_SIZE + k] *
             right[k * MATRIX_SIZE + place % MATRIX_SIZE];
  EXPECT_EQ(static_cast<std::uint32_t>(sum), MATRIX_RESULT);
}

TEST(IntegerWorkload, StringResult) {
  std::string text;
  std::uint32_t with_seven = 0;
  for (int i = 0; i < STRING_NUMBERS; i++) {
    const std::string number = std::to_string(i * STRING_STEP);
    if (number.find('7') != std::string::npos) with_seven++;
    text += (i == 0 ? "" : " ") + number;
  }
  std::reverse(text.begin(), text.end());
  EXPECT_EQ(crc32(text) + (with_seven << 16), STRING_RESULT);
}

}  // namespace
