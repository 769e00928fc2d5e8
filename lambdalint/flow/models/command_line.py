"""Child processes: from the call that starts one to what its command does to files."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, TypeAlias

from msgspec.structs import replace

from lambdalint.flow import sizes
from lambdalint.flow.commands import FileEffect, Shell
from lambdalint.flow.containers import new_list
from lambdalint.flow.effect_log import places_of
from lambdalint.flow.models.command_failures import MADE_BY_NAME, failure_of, names_program
from lambdalint.flow.operators import product
from lambdalint.flow.shell import Command, quoted, split_words
from lambdalint.flow.shell_words import Word
from lambdalint.flow.text import has_holes, hole_text, is_hole, without_marks
from lambdalint.flow.tmp_paths import canonical
from lambdalint.flow.values import (
    FALSE,
    NOTHING,
    SEVERAL,
    TRUE,
    UNKNOWN,
    Atom,
    External,
    Items,
    ListOf,
    Mapping,
    Nothing,
    PathText,
    Text,
    Value,
    bounded,
    join,
    text_of,
    texts_of,
    widened,
)
from lambdalint.model import Base, EffectKind, Guard, Hole, HoleKind, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambdalint.flow.external_call import ExternalCall

_Line: TypeAlias = list[FileEffect]
"""What one alternative of a command line does, in order."""

_MOST_ALTERNATIVES = 16
_MOST_LISTS = 8
_SEVERAL_WORDS = hole_text(Hole(HoleKind.UNKNOWN, "words"))


def _run(call: ExternalCall) -> Value | None:
    """``subprocess.run`` and the like: a list of words, or a script where ``shell`` is true."""
    given = call.argument("args@0") or ()
    shell = call.argument("shell@8") or FALSE
    texts = tuple(atom for atom in given if isinstance(atom, (Text, PathText)))
    lists = tuple(atom for atom in given if isinstance(atom, (ListOf, Items)))
    text_lines = _from_words if shell in (FALSE, NOTHING) else _from_script
    list_lines = _from_script if shell == TRUE else _from_words
    _note(call, [*text_lines(call, texts, "cwd@9"), *list_lines(call, lists, "cwd@9")])
    return None


def _script(call: ExternalCall) -> Value | None:
    """``os.system`` and the like: the first argument is a script, whatever its name is."""
    _note(call, _from_script(call, _first(call, "command", "cmd"), "cwd"))
    return None


def _text_or_words(call: ExternalCall) -> Value | None:
    """A text that is divided into words, or a list of words."""
    given = _first(call, "command", "cmd", "args")
    if any(isinstance(atom, (Text, PathText)) for atom in given or ()):
        _note(call, _from_script(call, given, "cwd"))
    else:
        _note(call, _from_words(call, given, "cwd"))
    return None


def _program_and_arguments(call: ExternalCall) -> Value | None:
    """``asyncio.create_subprocess_exec(program, *arguments)``."""
    if not call.arguments.rest:
        _note(call, _lines(call, [list(call.arguments.positional)], "cwd"))
    return None


def _replaced(call: ExternalCall) -> Value | None:
    """``os.execl(path, name, *arguments)``, ``os.execv(path, [name, *arguments])``, and ``os.spawn...`` alike."""
    given = list(call.arguments.positional)[1 if call.method.startswith("spawn") else 0 :]
    if call.arguments.rest or not given:
        return None
    variant = call.method.removeprefix("posix_").removeprefix("spawn").removeprefix("exec")
    if variant.startswith("l"):
        words = given[2:-1] if "e" in variant else given[2:]
        _note(call, _lines(call, [[given[0], *words]], ""))
    elif len(given) > 1:
        lists = _alternatives(call, given[1])
        _note(call, _lines(call, [[given[0], *words[1:]] for words in lists], ""))
    return None


def by_name(call: ExternalCall) -> Value | None:
    """``sh.git.clone(address, folder, depth=1)``: the name and the arguments are the words."""
    prefix = next(prefix for prefix in MADE_BY_NAME if call.name.startswith(prefix))
    words: list[Value] = [(Text(word.replace("_", "-")),) for word in call.name.removeprefix(prefix).split(".")]
    words.extend(call.arguments.positional)
    for name, value in call.arguments.keywords.items():
        if not name.startswith("_"):
            option = f"-{name}" if len(name) == 1 else "--" + name.replace("_", "-")
            words.append((Text(option),))
            if not any(text_of(atom) == "True" for atom in value):
                words.append(value)
    if not call.arguments.rest and not call.arguments.others:
        _note(call, _lines(call, [words], "_cwd"))
    for text in texts_of(call.arguments.keywords.get("_out", ())):
        if not has_holes(text[:1]):
            call.machine.log.add(call.machine, EffectKind.WRITE, "command >", (Text(text),), call.span, raises=False)
    return None


def _pip(call: ExternalCall) -> Value | None:
    """``pip.main(["install", ...])``."""
    lists = _alternatives(call, _first(call, "args") or ())
    _note(call, _lines(call, [[(Text("pip"),), *words] for words in lists], ""))
    return None


def _first(call: ExternalCall, *names: str) -> Value | None:
    found = call.arguments.at_position(0)
    for name in names:
        if found is None:
            found = call.arguments.keywords.get(name)
    return found


def _from_script(call: ExternalCall, given: Value | None, cwd: str) -> list[_Line]:
    scripts = [atom.text for atom in given or () if isinstance(atom, (Text, PathText))]
    for words in _alternatives(call, given or ()):
        # With a list, the shell runs the first element; the others are its parameters.
        scripts.extend(texts_of(words[0]) if words else [])
    shell = _shell(call)
    directories = _directories(call, cwd)
    return [shell.script(script, directory) for script in dict.fromkeys(scripts) for directory in directories]


def _from_words(call: ExternalCall, given: Value | None, cwd: str) -> list[_Line]:
    lists: list[list[Value]] = [
        [(atom,)]
        for atom in given or ()
        if isinstance(atom, (Text, PathText)) and not any(blank in atom.text for blank in " \t\n")
    ]
    return _lines(call, lists + _alternatives(call, given or ()), cwd)


def _alternatives(call: ExternalCall, given: Value) -> list[list[Value]]:
    """Return the elements of a list one by one, for each way that it may have been put together."""
    store = call.machine.store
    found: list[list[Value]] = []
    atoms = [atom for atom in given if isinstance(atom, (ListOf, Items))]
    for atom in atoms:
        held: Value = (atom,) if isinstance(atom, Items) else ()
        if isinstance(atom, ListOf):
            held = store.get(atom.uid, "#") or store.get(atom.uid, "<words>") or ()
        lists = [list(items.items) for items in held if isinstance(items, Items)]
        if len(atoms) > 1 and lists:
            # What was added to one of several lists is missing from it where another one is meant.
            lists = [max(lists, key=len)]
        found.extend(lists)
    return found[:_MOST_LISTS]


def _lines(call: ExternalCall, lists: list[list[Value]], cwd: str) -> list[_Line]:
    shell = _shell(call)
    directories = _directories(call, cwd) if cwd else [""]
    lines: list[_Line] = []
    for words in lists:
        for texts in _choices([_word_texts(word) for word in words]):
            command = tuple(Word(text, vague=text == _SEVERAL_WORDS) for text in texts)
            lines.extend(shell.command(Command(command, (), directory)) for directory in directories if command)
    return lines


def _choices(words: list[list[str]]) -> list[list[str]]:
    """Return each way to choose one text for each word; too many texts of a word count as one that is not known."""
    number = 1
    bounded_words: list[list[str]] = []
    for texts in words:
        if number * len(texts) > _MOST_ALTERNATIVES:
            texts = [widened(texts)]
        number *= len(texts)
        bounded_words.append(texts)
    choices: list[list[str]] = [[]]
    for texts in bounded_words:
        choices = [[*choice, text] for choice in choices for text in texts]
    return choices


def _word_texts(word: Value) -> list[str]:
    if word == SEVERAL:
        return [_SEVERAL_WORDS]
    found = [_word_text(atom) for atom in word]
    return list(dict.fromkeys(text for text in found if text is not None)) or [hole_text(Hole(HoleKind.UNKNOWN))]


def _word_text(atom: Atom) -> str | None:
    if isinstance(atom, External) and atom.name == "sys.executable":
        return "python"
    return text_of(atom)


def _directories(call: ExternalCall, reference: str) -> list[str]:
    """Return the texts of the directory that the command starts in; ``""`` is the process's own."""
    given = call.argument(reference)
    texts = texts_of(tuple(atom for atom in given if not isinstance(atom, Nothing))) if given else []
    if given and any(isinstance(atom, Nothing) for atom in given):
        texts.append("")
    return texts or [""]


def _shell(call: ExternalCall) -> Shell:
    machine = call.machine
    replaced = call.argument("env@10") if call.name.startswith("subprocess.") else call.arguments.keywords.get("env")

    def variable(name: str) -> str:
        texts: list[str] = []
        for atom in replaced or NOTHING:
            if isinstance(atom, Mapping):
                texts.extend(texts_of(machine.store.get(atom.uid, f"[{name}]") or UNKNOWN))
            elif isinstance(atom, (Nothing, External)):
                texts.extend([machine.home] if name == "HOME" else texts_of(_environment(call, name)))
            else:
                texts.append(hole_text(Hole(HoleKind.UNKNOWN, f"${name}")))
        known = [text for text in dict.fromkeys(texts) if not (len(text) == 1 and is_hole(text))]
        if len(known) == 1:
            return known[0]
        return hole_text(Hole(HoleKind.ENVIRONMENT, f"${name}")) if texts else ""

    def is_directory(path: str) -> bool:
        bare = posixpath.normpath(without_marks(path))
        return bare in machine.deployed.room.writable or bare in ("/tmp", machine.temporary_directory)

    return Shell(machine.catalogue.commands, variable, is_directory)


def _environment(call: ExternalCall, name: str) -> Value:
    return call.machine.environment.get(call.machine, name, (Text(""),))


def _note(call: ExternalCall, lines: list[_Line]) -> None:
    """Note what the alternatives of a command line do: what they have in common, as one effect with all its paths."""
    machine = call.machine
    paths: dict[tuple[FileEffect, int], Value] = {}
    times: dict[tuple[FileEffect, int], int] = {}
    for line in lines:
        seen: dict[FileEffect, int] = {}
        for effect in line:
            alike = replace(effect, path="")
            seen[alike] = seen.get(alike, 0) + 1
            key = (alike, seen[alike])
            paths[key] = join(paths.get(key, ()), (Text(effect.path),))
            times[key] = times.get(key, 0) + 1
    for (effect, number), path in paths.items():
        doubtful = times[effect, number] < len(lines) or (effect.conditional and effect.kind.modifies)
        guards = frozenset({Guard.MAYBE}) if doubtful else frozenset[Guard]()
        if effect.exist_ok and effect.kind is EffectKind.CREATE_DIR:
            guards |= {Guard.EXIST_OK}
        if effect.expected and effect.kind.modifies:
            guards |= {Guard.FALLBACK}
        if effect.moved:
            machine.ledger.remove(machine, places_of(machine, path), call.span, tree=True, moved=True)
        machine.ledger.calls.append([])
        machine.log.add(
            machine,
            effect.kind,
            effect.callee,
            path,
            call.span,
            argument=call.argument_span("args@0"),
            defaulted=effect.defaulted,
            guards=guards,
            raises=False,
            tree=effect.tree,
            failure=failure_of(call, effect.callee, noticed=effect.noticed),
        )
        size = 0 if Guard.MAYBE in guards else effect.size
        sizes.note_command(machine, machine.ledger.calls.pop(), size, sparse=effect.sparse)
        if effect.fetches or effect.kind is EffectKind.STORE:
            _note_traffic(call, effect, path)


def _note_traffic(call: ExternalCall, effect: FileEffect, path: Value) -> None:
    """Note that what lies at a path, or below it, comes from a durable place or is sent to one."""
    ledger = call.machine.ledger
    step = Step(call.span, effect.callee.removeprefix("command "))
    for place in places_of(call.machine, path):
        if place.base is not Base.TMP:
            continue
        text = canonical(place)
        below = [account.text for account in ledger.accounts if account.text.startswith(text + "/")]
        for facts in map(ledger.traffic.facts_of, (text, *below)):
            if effect.fetches:
                facts.fetched = facts.fetched or step
            else:
                facts.stored = facts.stored or step


def _split(call: ExternalCall) -> Value | None:
    """``shlex.split``: a hole is one word."""
    texts = [atom.text for atom in call.argument("s@0") or () if isinstance(atom, Text)]
    if not texts:
        return new_list(call.machine, [UNKNOWN], complete=False)
    lists: Value = ()
    for text in texts:
        lists = join(lists, new_list(call.machine, [(Text(word),) for word in split_words(text)], complete=True))
    return lists


def _quote(call: ExternalCall) -> Value | None:
    given = call.argument("s@0") or UNKNOWN
    return bounded(tuple(Text(quoted(atom.text)) if isinstance(atom, Text) else atom for atom in given))


def _join(call: ExternalCall) -> Value | None:
    """``shlex.join``: a script of one command."""
    results: list[str] = []
    for words in _alternatives(call, call.argument("split_command@0") or call.argument("seq@0") or ()):
        joined = [""]
        for number, word in enumerate(words):
            texts = [quoted(text) for text in _word_texts(word)]
            joined = product(joined, [" " * bool(number) + text for text in texts])
        results.extend(joined)
    return bounded(tuple(Text(result) for result in dict.fromkeys(results))) or UNKNOWN


def _found_program(call: ExternalCall) -> Value | None:
    """``shutil.which``: the program in some folder, or None."""
    folder = hole_text(Hole(HoleKind.UNKNOWN, "which()"))
    found = [Text(f"{folder}/{text}") for text in texts_of(call.argument("cmd@0") or UNKNOWN)]
    return bounded((*found, *NOTHING))


def _bundled_ffmpeg(call: ExternalCall) -> Value | None:
    return (Text(hole_text(Hole(HoleKind.UNKNOWN, call.method)) + "/ffmpeg"),)


MODELS: dict[str, Callable[[ExternalCall], Value | None]] = {
    **{f"subprocess.{name}": _run for name in ("run", "call", "check_call", "check_output", "Popen")},
    **{f"subprocess.{name}": _script for name in ("getoutput", "getstatusoutput")},
    **dict.fromkeys(
        (
            "os.system",
            "os.popen",
            "asyncio.create_subprocess_shell",
            "asyncio.subprocess.create_subprocess_shell",
            "commands.getoutput",
            "commands.getstatusoutput",
            "pexpect.run",
            "invoke.run",
            "fabric.api.local",
        ),
        _script,
    ),
    **dict.fromkeys(("anyio.run_process", "trio.run_process", "delegator.run"), _text_or_words),
    **dict.fromkeys(
        ("asyncio.create_subprocess_exec", "asyncio.subprocess.create_subprocess_exec"), _program_and_arguments
    ),
    **{
        f"os.{family}{variant}": _replaced
        for family in ("exec", "spawn")
        for variant in ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe")
    },
    **dict.fromkeys(("os.posix_spawn", "os.posix_spawnp"), _replaced),
    **dict.fromkeys(("pip.main", "pip._internal.main", "pip._internal.cli.main.main"), _pip),
    "shlex.split": _split,
    "shlex.quote": _quote,
    "pipes.quote": _quote,
    "shlex.join": _join,
    "subprocess.list2cmdline": _join,
    "shutil.which": _found_program,
    "imageio_ffmpeg.get_ffmpeg_exe": _bundled_ffmpeg,
}

__all__ = ["MODELS", "by_name", "names_program"]
