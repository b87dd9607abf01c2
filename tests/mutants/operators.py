"""Mutants by operator: one small change in one line of a source, without anybody having thought of it.

negate      the condition of an if             drop     a statement that is a call or an assignment
verdict     kPass for kWithhold and back       bound    < for <=, > for >=, and back
boolean     true for false, && for ||          off      + 1 for nothing, and back
row         a row of a table of rules is gone  state    another state in a row of a table of transitions
"""
import hashlib
import re

# Text in strings, characters and comments is no code.
NO_CODE = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|//.*')
SWAPS = [
    ("verdict", r"\bVerdict::kPass\b", "Verdict::kWithhold"),
    ("verdict", r"\bVerdict::kWithhold\b", "Verdict::kPass"),
    ("bound", r"(?<=[\w)\]] )<(?= [\w(])", "<="),
    ("bound", r"(?<=[\w)\]] )<=(?= [\w(])", "<"),
    ("bound", r"(?<=[\w)\]] )>(?= [\w(])", ">="),
    ("bound", r"(?<=[\w)\]] )>=(?= [\w(])", ">"),
    ("boolean", r"\btrue\b", "false"),
    ("boolean", r"\bfalse\b", "true"),
    ("boolean", r"&&", "||"),
    ("boolean", r"\|\|", "&&"),
    ("off", r" \+ 1\b(?![\w.])", ""),
]
STATEMENT = re.compile(r"^\s*(?!return\b|break\b|continue\b|using\b|namespace\b|typedef\b|const\b|constexpr\b|static\b|auto\b|case\b|else\b|if\b|for\b)"
                       r"(?:\+\+|--)?[A-Za-z_][\w:.\[\]>()*-]*(?:\([^;{}]*\)| [+|&-]?= [^;{}]*);\s*(?://.*)?$")
RULE = re.compile(r"^\s*\w*Rule\{\w.*\},?\s*(?://.*)?$")
TRANSITIONS = re.compile(r"^\s*\w*Row\{(.*)\},")


def masked(line):
    """The line with the same length, everything that is no code replaced."""
    return NO_CODE.sub(lambda found: "_" * len(found.group()), line)


def condition_end(code, start):
    depth = 0
    for i in range(start, len(code)):
        depth += {"(": 1, ")": -1}.get(code[i], 0)
        if depth == 0:
            return i
    return -1


def mutants_of(text):
    """(line number from 1, operator, the new line) for each place in a source."""
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        code = masked(line)
        if code.lstrip().startswith("#") or "static_assert" in code or "template" in code:
            continue
        if RULE.match(code):
            yield number, "row", ""
        if row := TRANSITIONS.match(code):
            cells = list(re.finditer(r"\bk\w+", row.group(1)))
            for i, cell in enumerate(cells):
                other = next((c.group() for c in cells[i + 1:] + cells[:i] if c.group() != cell.group()), None)
                at = row.start(1) + cell.start()
                if other:
                    yield number, "state", line[:at] + other + line[at + len(cell.group()):]
        if found := re.search(r"\bif (?:constexpr )?\(", code):
            start = found.end() - 1
            end = condition_end(code, start)
            condition = code[start + 1:end]
            if end > 0 and ";" not in condition and not re.match(r"(?:const )?auto\b", condition):
                yield number, "negate", f"{line[:start]}(!({line[start + 1:end]})){line[end + 1:]}"
        for operator, pattern, new in SWAPS:
            for found in re.finditer(pattern, code):
                yield number, operator, line[:found.start()] + new + line[found.end():]
        previous = masked(lines[number - 2]).rstrip() if number > 1 else ""
        if STATEMENT.match(code) and (previous.endswith((";", "{", "}", ":")) or not previous):
            yield number, "drop", "  ;" if previous.endswith(":") else ""


def sample(root, paths, count, seed, kinds=None):
    """`count` mutants of the .cpp files in `paths`, and of the tables of transitions in their headers: (file, line, operator,
    new line). The same ones for the same seed: a change elsewhere does not exchange them."""
    found = []
    for path in paths:
        for file in sorted((root / path).rglob("*.cpp")) + sorted((root / path).rglob("*.h")):
            name, text = str(file.relative_to(root)), file.read_text()
            lines = text.split("\n")
            for number, operator, new in mutants_of(text):
                if (file.suffix == ".cpp" or operator == "state") and (not kinds or operator in kinds):
                    identity = "\n".join((str(seed), name, operator, lines[number - 1], new))
                    found.append((hashlib.sha256(identity.encode()).digest(), (name, number, operator, new)))
    found = [mutant for _, mutant in sorted(found)]
    return found[:count] if count else found, len(found)
