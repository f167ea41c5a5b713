#include "base/sha256.hpp"

#include <gtest/gtest.h>

#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace deployctl {
namespace {

// FIPS 180-2, appendix B.
TEST(Sha256, AgreesWithThePublishedVectors) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

// RFC 4231, test case 2.
TEST(Sha256, HmacAgreesWithThePublishedVector) {
  EXPECT_EQ(hmac_sha256_hex("Jefe", "what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Sha256, HmacWithAnEmptyKeyDoesNotRememberTheKeyBefore) {
  const std::string empty = hmac_sha256_hex("", "text");
  static_cast<void>(hmac_sha256_hex("a key", "text"));
  EXPECT_EQ(hmac_sha256_hex(std::string_view(), "text"), empty);
}

TEST(Sha256, PieceByPieceIsTheSameAsAtOnce) {
  Sha256 hash;
  for (const std::string_view piece : {"a", "", "bc"}) hash.update(piece);
  EXPECT_EQ(hash.finish_hex(), sha256_hex("abc"));
}

// RFC 4648, section 10.
TEST(Base64, AgreesWithThePublishedVectors) {
  EXPECT_EQ(base64_encode(""), "");
  EXPECT_EQ(base64_encode("f"), "Zg==");
  EXPECT_EQ(base64_encode("fo"), "Zm8=");
  EXPECT_EQ(base64_encode("foobar"), "Zm9vYmFy");
}

TEST(Base64, WhiteSpaceIsSkipped) { EXPECT_EQ(base64_decode(" Zm9v\r\n\tYmFy\n").value(), "foobar"); }

TEST(Base64, WhatIsNoBase64IsRefused) {
  for (const std::string_view text :
       {"Z", "Zg", "Zg=", "Zg===", "====", "=Zg=", "Z=g=", "Zg==Zg==", "Zm9v!mFy", "Zm9v-_Fy", "Zm9v\x01"}) {
    EXPECT_FALSE(base64_decode(text)) << text;
  }
}

RC_GTEST_PROP(Base64, BytesComeBackAsTheyWere, (const std::string& bytes)) {
  RC_ASSERT(base64_decode(base64_encode(bytes)).value() == bytes);
}

RC_GTEST_PROP(Base64, NoTextBreaksTheDecoder, (const std::string& text)) { static_cast<void>(base64_decode(text)); }

}  // namespace
}  // namespace deployctl
