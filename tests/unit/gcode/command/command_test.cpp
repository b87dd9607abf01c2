// Host lines as real hosts write them, and bytes that no host sends.
#include "gcode/command/command.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>

using gcode::command::ChecksumVerdict;
using gcode::command::Command;
using gcode::command::CommandKind;
using gcode::command::parse_command;

namespace {

std::string with_checksum(const std::string& covered) {
  unsigned sum = 0;
  for (const char c : covered) sum ^= static_cast<unsigned char>(c);
  return covered + "*" + std::to_string(sum);
}

}  // namespace

TEST_CASE("a numbered line has a number, checksum, code and parameters") {
  const Command c = parse_command("N12 G1 X1.5 E.3*107\n");
  CHECK(c.number == 12);
  CHECK(c.text == "G1 X1.5 E.3");
  CHECK(c.is('G', 1));
  CHECK(c.parameters == "X1.5 E.3");
  CHECK(c.kind == CommandKind::kMotion);
  CHECK(gcode::command::parameter(c, 'X') == 1.5);
  CHECK(gcode::command::parameter(c, 'E') == 0.3);
  CHECK_FALSE(gcode::command::parameter(c, 'Y').has_value());
}

TEST_CASE("the checksum is the XOR of every raw byte before the last star") {
  // As OctoPrint sends them (protocol-hosts.md section 1.1).
  CHECK(parse_command("N0 M110 N0*125\n").checksum == ChecksumVerdict::kGood);
  CHECK(parse_command("N1 M115*39\n").checksum == ChecksumVerdict::kGood);
  CHECK(parse_command("N3 M113 S2*98\n").checksum == ChecksumVerdict::kGood);
  CHECK(parse_command("N-1 M110*15\n").checksum == ChecksumVerdict::kGood);
  CHECK(parse_command("N1 M115*38\n").checksum == ChecksumVerdict::kBad);
  CHECK(parse_command("N1 M115*\n").checksum == ChecksumVerdict::kBad);
  CHECK(parse_command("N1 M115*39x\n").checksum == ChecksumVerdict::kBad);
  CHECK(parse_command("N1 M115\n").checksum == ChecksumVerdict::kNone);
  CHECK(parse_command("M105*121\n").checksum == ChecksumVerdict::kGood);
  const std::string two_stars = with_checksum("N7 M117 5*6");
  CHECK(parse_command(two_stars).checksum == ChecksumVerdict::kGood);
  CHECK(parse_command(two_stars).text == "M117 5*6");
}

TEST_CASE("Cura writes no blank after the line number") {
  const std::string line = with_checksum("N0M110");
  const Command c = parse_command(line);
  CHECK(c.number == 0);
  CHECK(c.checksum == ChecksumVerdict::kGood);
  CHECK(c.text == "M110");
  CHECK(c.kind == CommandKind::kLineNumber);
}

TEST_CASE("PrusaLink writes a blank before the star and includes it in the checksum") {
  const std::string line = with_checksum("N5 G1 X1 ") + "\n";
  const Command c = parse_command(line);
  CHECK(c.checksum == ChecksumVerdict::kGood);
  CHECK(c.text == "G1 X1");
  CHECK(c.parameters == "X1");
}

TEST_CASE("Printrun starts its line numbers at -1") {
  CHECK(parse_command("N-1 M110*15").number == -1);
  CHECK(parse_command(with_checksum("N-1 M110 N-1")).kind == CommandKind::kLineNumber);
}

TEST_CASE("a word that begins with N is not a line number") {
  const Command c = parse_command("NORMAL");
  CHECK_FALSE(c.is_numbered());
  CHECK(c.text == "NORMAL");
}

TEST_CASE("a star in the text of an unnumbered line is part of the text") {
  const Command c = parse_command("M117 a * in the text");
  CHECK(c.checksum == ChecksumVerdict::kNone);
  CHECK(c.text == "M117 a * in the text");
}

TEST_CASE("every kind of line end ends the text") {
  for (const char* line : {"M105", "M105\n", "M105\r", "M105\r\n", " M105 \n", "\tM105\n"}) {
    INFO(line);
    CHECK(parse_command(line).text == "M105");
    CHECK(parse_command(line).kind == CommandKind::kTemperature);
  }
}

TEST_CASE("P7.27: blank and comment lines are blank, and the result names the trap they carry") {
  for (const char* line : {"", "\n", "\r\n", ";C32u2_RMD\n", "; comment"}) {
    INFO(line);
    const Command c = parse_command(line);
    CHECK(c.kind == CommandKind::kBlank);
    CHECK_FALSE(c.has_trailing_comment);
    CHECK_FALSE(c.is_blanks_only);
  }
  CHECK(parse_command("   \n").kind == CommandKind::kBlank);
  CHECK(parse_command("   \n").is_blanks_only);
  // A blank before the comment is enough for Prusa to lose the next line (P 9.1).
  CHECK(parse_command(" ; c\n").kind == CommandKind::kBlank);
  CHECK(parse_command(" ; c\n").has_trailing_comment);
  CHECK_FALSE(parse_command(" ; c\n").is_blanks_only);
}

TEST_CASE("a trailing comment is not part of the command and is reported separately") {
  const Command c = parse_command("M105 ; S5 *3\n");
  CHECK(c.has_trailing_comment);
  CHECK(c.text == "M105");
  CHECK(c.checksum == ChecksumVerdict::kNone);
  CHECK(c.kind == CommandKind::kTemperature);
}

TEST_CASE("codes of G, M, T and D are read with subcodes and unusual blanks") {
  CHECK(parse_command("G4S5").is('G', 4));
  CHECK(parse_command("G4S5").parameters == "S5");
  CHECK(parse_command("M862.1 Q").is('M', 862));
  CHECK(parse_command("M862.1 Q").subcode == 1);
  CHECK(parse_command("M862.1 Q").parameters == "Q");
  CHECK(parse_command("M105").subcode == -1);
  CHECK(parse_command("T1").is('T', 1));
  CHECK(parse_command("D3 Ax0f05 C2").is('D', 3));
  CHECK(parse_command("M 105").is('M', 105));
  CHECK(parse_command("T?").letter == 'T');
  CHECK(parse_command("T?").code == -1);
  CHECK(parse_command("PRUSA SN").letter == 0);
  CHECK(parse_command("m105").letter == 0);
  CHECK(parse_command("Mfoo").letter == 0);
  CHECK(parse_command("M99999999999").letter == 0);
  CHECK(parse_command("M99999999999999999999999").letter == 0);
}

TEST_CASE("parameters are found where firmwares find them, not inside texts") {
  const Command motion = parse_command("G1X10Y-2.5Z+.2E-0.00001 F 7200");
  CHECK(gcode::command::parameter(motion, 'X') == 10);
  CHECK(gcode::command::parameter(motion, 'Y') == -2.5);
  CHECK(gcode::command::parameter(motion, 'Z') == 0.2);
  CHECK(gcode::command::parameter(motion, 'E') == -0.00001);
  CHECK(gcode::command::parameter(motion, 'F') == 7200);
  CHECK_FALSE(gcode::command::parameter(parse_command("M117 S5"), 'S').has_value());
  CHECK_FALSE(gcode::command::has_parameter(parse_command("M23 s.gco S1"), 'S'));
  CHECK_FALSE(gcode::command::parameter(parse_command("M79 S\"PL\""), 'S').has_value());
  CHECK_FALSE(gcode::command::has_parameter(parse_command("M79 S\"PL\""), 'P'));
  CHECK(gcode::command::has_parameter(parse_command("G28 X Y"), 'Y'));
  CHECK_FALSE(gcode::command::parameter(parse_command("G28 X Y"), 'X').has_value());
  CHECK(gcode::command::has_parameter(parse_command("G28 XY"), 'Y'));
  CHECK_FALSE(gcode::command::has_parameter(parse_command("M862.3 P \"MK4"), 'K'));
  CHECK(gcode::command::has_parameter(parse_command("M862.1 Q"), 'Q'));
  CHECK_FALSE(gcode::command::parameter(parse_command("G1 X1234567890123456"), 'X').has_value());
}

TEST_CASE("P7.11: inside an upload any line with the bytes M29 ends the upload") {
  CHECK(gcode::command::ends_upload("M29\n"));
  CHECK(gcode::command::ends_upload("M290 Z0.1\n"));
  CHECK(gcode::command::ends_upload("N4 M117 M29*3\n"));
  CHECK_FALSE(gcode::command::ends_upload("M28 m29.gco\n"));
}

TEST_CASE("arbitrary bytes do not break command parsing, and views stay inside the line") {
  std::mt19937 random(7);
  const std::string alphabet = std::string("NGMTD0123456789 .*;-\"\t\r\nXYZS\xff") + '\0';
  for (int round = 0; round < 200000; ++round) {
    std::string line(random() % 24, ' ');
    for (char& c : line) c = random() % 8 == 0 ? static_cast<char>(random()) : alphabet[random() % alphabet.size()];
    const Command c = parse_command(line);
    const char* const end = line.data() + line.size();
    REQUIRE((c.text.empty() || (c.text.data() >= line.data() && c.text.data() + c.text.size() <= end)));
    REQUIRE((c.parameters.empty() ||
             (c.parameters.data() >= line.data() && c.parameters.data() + c.parameters.size() <= end)));
    REQUIRE(((c.kind == CommandKind::kBlank) ==
             (c.text.empty() && !c.is_numbered() && c.checksum == ChecksumVerdict::kNone)));
    for (const char letter : {'X', 'S', 'N'}) (void)gcode::command::parameter(c, letter);
  }
}
