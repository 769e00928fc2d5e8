"""What well-known calls make that could be made when a package is built, and how to ship it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst
import msgspec

from lambdalint.catalogue import parse_parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lambdalint.syntax.fixed_values import FixedValues

_SHIP = "download it then, ship it in the package, a layer or the image, and"
_OWN_STORES = ("amazonaws.com", "cloudfront.net", "s3://", "storage.googleapis.com", "blob.core.windows.net")


class Work(msgspec.Struct, frozen=True):
    """What a call makes.

    ``content`` are the parameters that choose it. The first of them has to be one of ``names``, if there are any; where
    ``is_address``, the literal address of a store that is not the user's own. ``redirected`` tells that a variable of
    the environment may name another folder than the default one.
    """

    deed: str
    advice: str
    content: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    preposition: str = "to"
    is_address: bool = False
    redirected: bool = True

    def is_fixed(self, call: cst.Call, values: FixedValues) -> bool:
        """Tell whether it is known before the deployment what *call* makes."""
        if any(argument.star for argument in call.args):
            return False
        given = list(_arguments(call, self.content))
        first = _text(given[0]) if given else None
        if (self.names and first not in self.names) or (self.is_address and not _is_foreign_address(first)):
            return False
        return all(values.is_fixed(one) for one in given)


def _downloads(what: str, advice: str, *content: str, is_address: bool = False) -> Work:
    return Work(f"downloads {what}", f"{_SHIP} {advice}", content, is_address=is_address)


def _hub(folder: str, *content: str) -> Work:
    advice = f"name its folder in place of the model, or by {folder} or HF_HOME with HF_HUB_OFFLINE=1"
    return _downloads("a model", advice, *content)


_DJANGO = "django.core.management.call_command"
_WORKS = {
    "nltk.download": _downloads("a corpus", "name its folder by NLTK_DATA", "info_or_id@0"),
    "whisper.load_model": _downloads("a model", "name its folder by download_root", "name@0"),
    "faster_whisper.WhisperModel": _downloads(
        "a model", "name its folder in place of the size", "model_size_or_path@0"
    ),
    "transformers.PreTrainedModel.from_pretrained": _hub("cache_dir", "pretrained_model_name_or_path@0"),
    "transformers.PreTrainedTokenizerBase.from_pretrained": _hub("cache_dir", "pretrained_model_name_or_path@0"),
    "huggingface_hub.hf_hub_download": _hub("cache_dir", "repo_id@0", "filename@1"),
    "huggingface_hub.snapshot_download": _hub("cache_dir", "repo_id@0"),
    "sentence_transformers.SentenceTransformer": _hub("cache_folder", "model_name_or_path@0"),
    "sentence_transformers.CrossEncoder": _hub("cache_folder", "model_name_or_path@0"),
    "langchain_huggingface.HuggingFaceEmbeddings": _hub("cache_folder", "model_name"),
    "llama_index.embeddings.huggingface.HuggingFaceEmbedding": _hub("cache_folder", "model_name@0"),
    "fastembed.TextEmbedding": _downloads("a model", "name its folder by cache_dir", "model_name@0"),
    "langchain_community.embeddings.FastEmbedEmbeddings": _downloads(
        "a model", "name its folder by cache_dir", "model_name"
    ),
    "stanza.download": _downloads("a model", "name its folder by STANZA_RESOURCES_DIR", "lang@0"),
    "easyocr.Reader": _downloads(
        "models", "name their folder by model_storage_directory, with download_enabled=False", "lang_list@0"
    ),
    "torch.hub.load_state_dict_from_url": _downloads(
        "a model", "name its folder by model_dir or TORCH_HOME", "url@0", is_address=True
    ),
    "torch.hub.download_url_to_file": _downloads("a model", "load it from there", "url@0", is_address=True),
    "keras.utils.get_file": _downloads("a file", "load it from there", "origin@1", is_address=True),
    "pooch.retrieve": _downloads("a file", "load it from there", "url@0", is_address=True),
    "sklearn.datasets.fetch_openml": _downloads("a data set", "name its folder by data_home", "name@0"),
    "sklearn.datasets.fetch_20newsgroups": _downloads("a data set", "name its folder by data_home"),
    "webdriver_manager.chrome.ChromeDriverManager": _downloads("a browser's driver", "name it by Service()"),
    "webdriver_manager.core.driver_cache.DriverCacheManager": _downloads("a browser's driver", "name it by Service()"),
    "jinja2.FileSystemBytecodeCache": Work(
        "compiles templates",
        "compile them then, with Environment.compile_templates(), and load them with a ModuleLoader",
        preposition="into",
        redirected=False,
    ),
    "jinja2.Environment.compile_templates": Work(
        "compiles templates", "compile them then, and load them from the package", preposition="into"
    ),
    "mako.lookup.TemplateLookup": Work(
        "compiles templates",
        "compile them then, and let module_directory name their folder in the package",
        preposition="into",
    ),
    _DJANGO: Work(
        "runs {}",
        "run it then, and put the result into the package or a bucket",
        ("command_name@0",),
        frozenset({"collectstatic", "compress"}),
    ),
}
COMMANDS = frozenset({_DJANGO})
"""Calls that write where settings say, so that the call alone counts."""


def work_of(callee: str) -> Work | None:
    """Return what the call that the catalogue knows as *callee* makes, None where that cannot be shipped."""
    return _WORKS.get(callee)


def deed_of(work: Work, call: cst.Call) -> str:
    """Return what *call* does: "downloads a model"."""
    first = next(_arguments(call, work.content), None)
    return work.deed.format(_text(first) if first is not None else "")


def _arguments(call: cst.Call, parameters: tuple[str, ...]) -> Iterator[cst.BaseExpression]:
    """Yield the arguments of *call* that are given for *parameters*."""
    positional = [argument.value for argument in call.args if argument.keyword is None]
    named = {argument.keyword.value: argument.value for argument in call.args if argument.keyword is not None}
    for one in map(parse_parameter, parameters):
        if one.position is not None and one.position < len(positional):
            yield positional[one.position]
        elif one.name in named:
            yield named[one.name]


def _text(expression: cst.BaseExpression) -> str | None:
    """Return the text of a literal."""
    value = expression.evaluated_value if isinstance(expression, cst.SimpleString) else None
    return value if isinstance(value, str) else None


def _is_foreign_address(text: str | None) -> bool:
    return text is not None and "://" in text and not any(store in text for store in _OWN_STORES)
