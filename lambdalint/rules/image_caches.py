"""Which caches of libraries the build of an image fills in ``/tmp``: downloads into a folder that a variable names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from lambdalint.deployment.dockerfile_syntax import MAX_TEXT, split
from lambdalint.model import ImageFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lambdalint.deployment.dockerfile_syntax import Instruction
    from lambdalint.model import Function
    from lambdalint.rules.template_rule import Declared

_SCRIPT = re.compile(r"\bpython[\d.]*\s+(?:-[uBI]\s+)*(?!-)\"?'?(?:[\w.$-]*/|\$\{\w+\}/?)*([\w-]+\.py)\b")
_CODE = re.compile(r"\bpython[\d.]*\s+(?:-[uBI]\s+)*-c\s")
_ELSEWHERE = re.compile(
    r"save_pretrained\(|\.save\(|\bshutil\.|(?:cache_dir|cache_folder|local_dir|download_root|download_dir|model_dir)\s*="
    r"|environ\[|putenv|set_dir\("
)
"""What says that a download is kept in another place."""


class _Library(msgspec.Struct, frozen=True):
    """What downloads, and the variables that name the folder for it: the first one that is set counts."""

    downloads: re.Pattern[str]
    variables: tuple[str, ...]


_HUB = ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "TRANSFORMERS_CACHE", "HF_HOME")
_LIBRARIES = (
    _Library(re.compile(r"\b(?:SentenceTransformer|CrossEncoder)\b"), ("SENTENCE_TRANSFORMERS_HOME", *_HUB)),
    _Library(re.compile(r"\bfrom_pretrained\b|\b(?:snapshot|hf_hub)_download\b"), _HUB),
    _Library(re.compile(r"\btorch\.hub\.load"), ("TORCH_HOME",)),
    _Library(re.compile(r"\bnltk\.download\("), ("NLTK_DATA",)),
    _Library(re.compile(r"\bwhisper\.load_model\("), ("XDG_CACHE_HOME",)),
    _Library(re.compile(r"\btiktoken\.(?:get_encoding|encoding_for_model)\("), ("TIKTOKEN_CACHE_DIR",)),
    _Library(re.compile(r"\beasyocr\.Reader\("), ("EASYOCR_MODULE_PATH",)),
)


def dockerfile_of(function: Function) -> str | None:
    """Return the path of the Dockerfile that states what *function* starts; None if that is stated elsewhere."""
    place = function.room.span_of("handler") if function.room.package_type == "image" else None
    named = place is not None and "dockerfile" in place.path.rpartition("/")[2].lower()
    return place.path if place is not None and named else None


def filled_caches(path: str, content: Iterable[Instruction], declared: Declared) -> list[ImageFile]:
    """Return the folders in ``/tmp`` that the Dockerfile at *path* lets a library fill, as far as it shows."""
    variables: dict[str, str] = {}
    found: list[ImageFile] = []
    for one in content:
        if one.name == "FROM":
            variables, found = {}, []
        elif one.name == "ENV":
            variables.update(_set_by(one))
        elif one.name == "RUN":
            text = f"{one.text[:MAX_TEXT]}\n{(one.script or '')[:MAX_TEXT]}"
            found = [file for file in found if file.path not in text and "/tmp/*" not in text]
            code = _code_of(text, path, declared)
            folders = {_folder(library, variables) for library in _LIBRARIES if library.downloads.search(code)}
            found += [ImageFile(folder, "RUN", one.span(path)) for folder in sorted(filter(None, folders))]
    return found


def _set_by(instruction: Instruction) -> Iterator[tuple[str, str]]:
    name, _, value = instruction.text.partition(" ")
    if "=" not in name:
        yield name, value.strip()
        return
    for word in split(instruction.text):
        name, _, value = word.partition("=")
        yield name, value


def _code_of(text: str, dockerfile: str, declared: Declared) -> str:
    """Return the Python code that a command runs, by itself or as a script of the project; none if it copies things."""
    parts = [text] if _CODE.search(text) else []
    for name in _SCRIPT.findall(text):
        paths = sorted(declared.tree.named(name), key=lambda path: _distance(path, dockerfile))
        parts += [(declared.tree.read(path) or b"").decode("utf-8", "replace") for path in paths[:1]]
    code = "\n".join(parts)
    return "" if _ELSEWHERE.search(code) else code


def _distance(path: str, other: str) -> tuple[int, str]:
    """Order paths by how far they are from *other* in the tree of folders."""
    first, second = path.split("/")[:-1], other.split("/")[:-1]
    shared = sum(1 for one, two in zip(first, second, strict=False) if one == two)
    return len(first) + len(second) - 2 * shared, path


def _folder(library: _Library, variables: dict[str, str]) -> str | None:
    """Return the folder that *library* fills, if that lies in ``/tmp``."""
    name = next((variables[one] for one in library.variables if one in variables), "").rstrip("/")
    return name if f"{name}/".startswith("/tmp/") and not re.search(r"[$*?{]", name) else None
