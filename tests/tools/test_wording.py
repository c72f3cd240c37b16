"""What the command says about itself: help, usage errors, man page, completion."""

import os
import re
import subprocess

from command import SOURCE, CommandTest, main

COMMANDS = ["ls", "get", "convert", "check", "bench", "codecs", "formats", "store"]
STORE_COMMANDS = ["ls", "put", "get", "mv", "rm", "touch", "stat", "why", "verify", "damaged", "evict", "limit", "rebuild"]
ALL_COMMANDS = COMMANDS + [f"store {command}" for command in STORE_COMMANDS]
MAN_PAGE = os.path.join(SOURCE, "tools", "larder.1")
COMPLETION = os.path.join(SOURCE, "tools", "completion", "larder.bash")


def long_options(text):
    return set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", text))


class Help(CommandTest):
    def test_main_help_names_every_command(self):
        text = self.text("--help")
        self.assertEqual(text, self.text("-h"))
        for command in COMMANDS:
            self.assertRegex(text, rf"(?m)^  {command} +\w")

    def test_help_of_store_names_every_command(self):
        text = self.text("store", "--help")
        for command in STORE_COMMANDS:
            self.assertRegex(text, rf"(?m)^  {command} +\w")

    def test_each_command_teaches(self):
        for command in ALL_COMMANDS:
            text = self.text(*command.split(), "--help")
            self.assertIn(f"Usage: larder {command}", text)
            self.assertIn("Examples:", text)
            self.assertGreaterEqual(text.count(f"larder {command}"), 3, text)

    def test_version(self):
        self.assertRegex(self.text("--version"), r"\Alarder \d+\.\d+\.\d+\n\Z")


class WrongUsage(CommandTest):
    def test_is_one_line_and_status_2(self):
        for arguments in [
            [],
            ["lss", "x"],
            ["--nonsense"],
            ["ls"],
            ["ls", "--nonsense", "x"],
            ["ls", "--depth", "many", "x"],
            ["ls", "--depth", "-1", "x"],
            ["ls", "--depth", "1001", "x"],
            ["ls", "--max-bytes", "much", "x"],
            ["get", "x"],
            ["get", "x", "y", "z"],
            ["convert", "x"],
            ["convert", "x", "y", "z"],
            ["convert", "--sync", "half", "x", "y"],
            ["convert", "--protocol", "four", "x", "y"],
            ["convert", "--align", "page", "x", "y"],
            ["convert", "--python2-strings", "utf-8", "x", "y"],
            ["check"],
            ["codecs", "x"],
            ["formats", "-v"],
            ["store"],
            ["store", "lss", "x"],
            ["store", "--nonsense"],
            ["store", "ls"],
            ["store", "ls", "--nonsense", "x"],
            ["store", "put", "x", "key"],
            ["store", "put", "--cost", "-1", "x", "key", "file"],
            ["store", "put", "--if-absent", "--if-match", "e", "x", "key", "file"],
            ["store", "get", "x"],
            ["store", "get", "--range", "9-8", "x", "key"],
            ["store", "get", "--range", "-8", "x", "key"],
            ["store", "mv", "x", "from"],
            ["store", "rm", "x"],
            ["store", "why", "x"],
            ["store", "evict", "--bytes", "much", "x"],
            ["store", "evict", "--age", "30", "days", "x"],
            ["store", "evict", "--policy", "dearest", "x"],
        ]:
            with self.subTest(arguments=arguments):
                self.assertIn("--help", self.fails(2, *arguments))

    def test_names_what_is_possible(self):
        line = self.fails(2, "lss")
        for command in COMMANDS:
            self.assertIn(command, line)
        line = self.fails(2, "store", "lss")
        self.assertRegex(line, r"\Alarder store: 'lss' is no command; there are ls, put, ")
        for command in STORE_COMMANDS:
            self.assertIn(command, line)


class ManPage(CommandTest):
    def test_renders_without_warnings(self):
        done = subprocess.run(["groff", "-ww", "-mdoc", "-Tutf8", MAN_PAGE], capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        self.assertIn("convert", done.stdout.decode())

    def test_has_every_option_and_no_other(self):
        with open(MAN_PAGE) as file:
            page = file.read()
        documented = set()
        for line in page.splitlines():
            if re.match(r"\.(It|Op|Nm|Fl|Cm check) ?.*Fl", line) or line.startswith(".Fl"):
                documented |= {"-" + option for option in re.findall(r"(?:Fl [a-z]+ , |Fl |, )(-[a-z][a-z0-9-]+)", line)}
        helped = long_options(self.text("--help").split("Examples:")[0])
        for command in ALL_COMMANDS:
            helped |= long_options(self.text(*command.split(), "--help").split("Examples:")[0])
        self.assertEqual(documented, helped)


class Completion(CommandTest):
    def complete(self, *words):
        """What bash would offer for the last of the words."""
        script = """
            source "$1"; shift
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
            _larder
            printf '%s\\n' "${COMPREPLY[@]}"
        """
        done = subprocess.run(["bash", "-c", script, "bash", COMPLETION, self.larder, *words], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split("\n")[:-1]

    def test_registers(self):
        done = subprocess.run(["bash", "-c", f"source {COMPLETION}; complete -p larder"], capture_output=True, text=True)
        self.assertEqual(done.stdout, "complete -F _larder larder\n")

    def test_commands(self):
        self.assertEqual(self.complete("con"), ["convert"])
        self.assertEqual([word for word in self.complete("") if word[0] != "-"], COMMANDS)
        self.assertEqual([word for word in self.complete("store", "") if word[0] != "-"], STORE_COMMANDS)

    def test_options_are_those_of_the_help(self):
        for command in ALL_COMMANDS:
            helped = long_options(self.text(*command.split(), "--help").split("Examples:")[0])
            self.assertEqual(set(self.complete(*command.split(), "--")), helped, command)

    def test_values_of_options(self):
        self.assertEqual(self.complete("convert", "-c", "zs"), ["zstd"])
        self.assertEqual(set(self.complete("convert", "-c", "")), {"auto", "none", "true", *self.text("codecs", "--names").split()})
        self.assertEqual(self.complete("convert", "--format", "np"), ["npy", "npz"])
        self.assertEqual(self.complete("convert", "--sync", ""), ["none", "full"])
        self.assertEqual(self.complete("convert", "--protocol", ""), ["0", "1", "2", "3", "4", "5", "-1"])
        self.assertEqual(self.complete("bench", "--sort", "rat"), ["ratio"])
        self.assertEqual(self.complete("bench", "--codec", "non"), ["none"])
        self.assertEqual(self.complete("store", "put", "-o", "sy"), ["sync="])
        self.assertEqual(self.complete("store", "evict", "--policy", ""), ["least-recent", "cheapest"])
        for command in ["ls", "get", "convert", "check", "bench"]:
            self.assertEqual(self.complete(command, "--python2-strings", ""), ["ascii", "latin1", "bytes"])

    def test_files(self):
        self.write("model one.joblib", b"")
        self.write("model two.joblib", b"")
        for words in [["ls"], ["store", "put", "-q", "url", "key"]]:
            self.assertEqual(sorted(self.complete(*words, "mod")), ["model one.joblib", "model two.joblib"])


if __name__ == "__main__":
    main()
