#include "base/redact.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "base/random.hpp"
#include "base/sha256.hpp"
#include "base/strict_json.hpp"

namespace deployctl {
namespace {

const ObjectKey kShop{"shop", "web"};
constexpr std::string_view kPassword = "s3cr3t/pass+w\"ord?";

std::string redacted(std::vector<std::string> values, std::string_view text) {
  SecretSet secrets;
  secrets.replace(kShop, std::move(values));
  return secrets.redact(text);
}

std::string url_encoded(std::string_view text, std::string_view digits = "0123456789ABCDEF") {
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0) {
      encoded += c;
    } else {
      encoded += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
  }
  return encoded;
}

std::string json_escaped(std::string_view text, bool ascii = false) {
  const std::string quoted = Json(text).dump(-1, ' ', ascii);
  return quoted.substr(1, quoted.size() - 2);
}

std::string url_safe(std::string base64) {
  std::ranges::replace(base64, '+', '-');
  std::ranges::replace(base64, '/', '_');
  return base64;
}

TEST(Redact, AValueIsHiddenAndTheRestStays) {
  EXPECT_EQ(redacted({"hunter2"}, "login hunter2 failed, hunter2!"), "login [redacted] failed, [redacted]!");
  EXPECT_EQ(redacted({"hunter2"}, "hunter"), "hunter");
  EXPECT_EQ(redacted({}, "text"), "text");
  EXPECT_EQ(redacted({"hunter2"}, ""), "");
}

// fault X8
TEST(Redact, EscapedFormsAreHiddenHoweverMuchWasEscaped) {
  const std::string password(kPassword);
  for (const std::string& form :
       {url_encoded(password), url_encoded(password, "0123456789abcdef"), std::string("s3cr3t%2Fpass+w\"ord%3f"),
        json_escaped(password), json_escaped(json_escaped(password)), std::string("s3cr3t\\/pass+w\\u0022ord?"),
        std::string("s3cr3t/pass\\u002bw\\\"ord\\x3f")}) {
    EXPECT_EQ(redacted({password}, "<" + form + ">"), "<[redacted]>") << form;
  }
  EXPECT_EQ(redacted({"two words"}, "q=two+words&r=two%20words"), "q=[redacted]&r=[redacted]");
  EXPECT_EQ(redacted({"pässword🎉"}, json_escaped("pässword🎉", true)), "[redacted]");
}

// fault X8
TEST(Redact, Base64IsHiddenWithAndWithoutPaddingInBothAlphabets) {
  const std::string bytes = "\xFB\xEF\xBE key \xFF\xFE";
  std::string unpadded = base64_encode(bytes);
  unpadded.erase(unpadded.find_last_not_of('=') + 1);
  for (const std::string& form : {base64_encode(bytes), unpadded, url_safe(base64_encode(bytes)), url_safe(unpadded),
                                  url_encoded(base64_encode(bytes))}) {
    EXPECT_EQ(redacted({bytes}, "<" + form + ">"), "<[redacted]>") << form;
  }
}

// fault X8
TEST(Redact, Base64OfALongerTextHidesTheValueInIt) {
  for (const std::string_view user : {"u", "us", "use", "user"}) {
    const std::string header = base64_encode(std::string(user) + ":correct horse:tail");
    const std::string shown = redacted({"correct horse"}, "Authorization: Basic " + header);
    EXPECT_NE(shown.find(kRedacted), std::string::npos) << user;
    for (std::size_t shift = 0; shift < 3; ++shift) {
      const std::string core = base64_encode(std::string(shift, 'x') + "correct horse").substr(shift + 1, 12);
      EXPECT_EQ(shown.find(core), std::string::npos) << user;
    }
  }
}

// fault X8
TEST(Redact, OneEncodingInsideAnotherIsUndoneToo) {
  const std::string password(kPassword);
  const std::string header = "Basic " + base64_encode("user:" + password);
  EXPECT_EQ(redacted({password}, json_escaped(json_escaped("{\"a\":\"" + password + "\"}"))).find("s3cr"),
            std::string::npos);
  EXPECT_NE(redacted({password}, url_encoded(header)).find(kRedacted), std::string::npos);
  EXPECT_NE(redacted({password}, json_escaped("\"" + header + "\"")).find(kRedacted), std::string::npos);
  EXPECT_NE(redacted({password}, base64_encode(json_escaped(password))).find(kRedacted), std::string::npos);
}

// fault X8
TEST(Redact, Base64WrappedIntoLinesIsHidden) {
  const std::string value(200, 'k');
  const std::string encoded = base64_encode(value);
  for (const std::size_t columns : {64U, 76U}) {
    for (std::size_t at = 0; at < encoded.size(); at += columns) {
      EXPECT_EQ(redacted({value}, encoded.substr(at, columns)), "[redacted]") << columns;
    }
  }
  EXPECT_EQ(redacted({value}, encoded.substr(0, 76) + "\r\n" + encoded.substr(76)), "[redacted]");
}

// fault X8
TEST(Redact, EachLineOfAValueIsHiddenAlone) {
  const std::string key = "-----BEGIN KEY-----\r\n  MIIEvQIBADANBg\nabc\nkqhkiG9w0BAQEF\n-----END KEY-----\n";
  EXPECT_EQ(redacted({key}, "    MIIEvQIBADANBg,"), "    [redacted],");
  EXPECT_EQ(redacted({key}, key), "[redacted]");
  EXPECT_EQ(redacted({key}, json_escaped(key)), "[redacted]");
  EXPECT_EQ(redacted({key}, "abc"), "abc");  // shorter than kShortestSecret
}

TEST(Redact, AValueThatEndsWithALineBreakIsHiddenWithoutIt) {
  EXPECT_EQ(redacted({"hunter2\n"}, "pass=hunter2;"), "pass=[redacted];");
  EXPECT_EQ(redacted({"hunter2\n"}, base64_encode("hunter2")), "[redacted]");
}

TEST(Redact, ShortValuesAreNotHidden) {
  EXPECT_EQ(redacted({"", "a", "yes"}, "yes, a cat"), "yes, a cat");
  EXPECT_EQ(redacted({"1234"}, "12345"), "[redacted]5");
}

TEST(Redact, OfValuesThatContainOrOverlapEachOtherNothingStaysVisible) {
  EXPECT_EQ(redacted({"pass", "password"}, "password passwor"), "[redacted] [redacted]wor");
  EXPECT_EQ(redacted({"password", "wordsmith"}, "passwordsmith"), "[redacted]");
  EXPECT_EQ(redacted({"aaaa"}, "aaaaaaa"), "[redacted]");
  EXPECT_EQ(redacted({"abcd", "efgh"}, "abcdefgh"), "[redacted]");
}

// fault X9
TEST(Redact, ARotatedValueStaysHiddenForTwoMoreGenerations) {
  SecretSet secrets;
  secrets.replace(kShop, {"first-value"});
  secrets.replace(kShop, {"second-value"});
  secrets.replace(kShop, {"third-value"});
  EXPECT_EQ(secrets.redact("first-value second-value third-value"), "[redacted] [redacted] [redacted]");
  secrets.replace(kShop, {"fourth-value"});
  EXPECT_EQ(secrets.redact("first-value second-value"), "first-value [redacted]");
}

// fault X9
TEST(Redact, ReadingTheSameValuesAgainRotatesNothingOut) {
  SecretSet secrets;
  secrets.replace(kShop, {"first-value"});
  for (int i = 0; i < 10; ++i) secrets.replace(kShop, {"second-value", "other-value"});
  EXPECT_EQ(secrets.redact("first-value"), "[redacted]");
}

TEST(Redact, ForgettingOneObjectKeepsWhatAnotherAlsoKnows) {
  SecretSet secrets;
  secrets.replace(kShop, {"shared-value", "own-value"});
  secrets.replace({"shop", "db"}, {"shared-value"});
  secrets.forget(kShop);
  secrets.forget(kShop);
  EXPECT_EQ(secrets.redact("shared-value own-value"), "[redacted] own-value");
}

TEST(Redact, APieceOfALongValueThatBase64WouldPutOnOneLineIsHiddenAlone) {
  const std::string value = base64_encode(random_bytes(90));
  EXPECT_EQ(redacted({value}, value.substr(48, 48)), "[redacted]");
}

TEST(Redact, InvalidUtf8PassesUntouched) {
  EXPECT_EQ(redacted({"hunter2"}, "\xFF\xC3 hunter2 \xE2"), "\xFF\xC3 [redacted] \xE2");
  EXPECT_EQ(redacted({"\xFF\xFE\xFD\xFC"}, "a\xFF\xFE\xFD\xFC"), "a[redacted]");
}

/// Texts over few characters, so that values meet, contain and overlap each other.
rc::Gen<std::string> dense_text(std::size_t shortest) {
  return rc::gen::suchThat(rc::gen::container<std::string>(
                               rc::gen::element('a', 'b', '/', '"', '\\', '%', '2', 'n', '\n', ' ', '+', '\x01')),
                           [shortest](const std::string& text) { return text.size() >= shortest; });
}

// fault X8
RC_GTEST_PROP(Redact, NoValueSurvivesInAnyOfItsForms, ()) {
  const auto values = *rc::gen::resize(
      12, rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(dense_text(kShortestSecret))));
  SecretSet secrets;
  secrets.replace(kShop, values);
  std::string text;
  std::vector<std::string> forms;
  for (const std::string& value : values) {
    for (const std::string& form :
         {value, base64_encode(value), url_encoded(value), json_escaped(value), json_escaped(json_escaped(value))}) {
      forms.push_back(form);
      text += *rc::gen::resize(12, dense_text(0)) + form;
    }
  }
  const std::string shown = secrets.redact(text + *dense_text(0));
  for (const std::string& form : forms) RC_ASSERT(shown.find(form) == std::string::npos);
}

RC_GTEST_PROP(Redact, WhatIsHiddenCoversExactlyTheOccurrences, ()) {
  const auto letters = rc::gen::resize(40, rc::gen::container<std::string>(rc::gen::element('x', 'y')));
  const std::string value =
      *rc::gen::suchThat(letters, [](const std::string& text) { return text.size() >= kShortestSecret; });
  const std::string text = *letters;
  std::vector<bool> hidden(text.size());
  for (auto at = text.find(value); at != std::string::npos; at = text.find(value, at + 1)) {
    std::fill_n(hidden.begin() + static_cast<std::ptrdiff_t>(at), value.size(), true);
  }
  std::string expected;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!hidden[i]) {
      expected += text[i];
    } else if (i == 0 || !hidden[i - 1]) {
      expected += kRedacted;
    }
  }
  RC_ASSERT(redacted({value}, text) == expected);
}

TEST(Redact, AHundredKilobytesOfSecretAreHidden) {
  const std::string value = base64_encode(random_bytes(75'000));
  EXPECT_EQ(redacted({value}, "x" + value + "y"), "x[redacted]y");
}

TEST(Redact, AThousandObjectsCanBeReadAndLoggedInTurns) {
  SecretSet secrets;
  for (int i = 0; i < 1'000; ++i) {
    const std::string value = "secret-of-" + std::to_string(i) + ";";
    secrets.replace({"shop", std::to_string(i)}, {value});
    ASSERT_EQ(secrets.redact(value), "[redacted]");
  }
}

}  // namespace
}  // namespace deployctl
