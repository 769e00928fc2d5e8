"""Which calls and commands install packages, models or browsers while the function runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdalint.model import EffectKind

if TYPE_CHECKING:
    from lambdalint.model import Effect

CORPORA = frozenset({"nltk.download", "command nltk.downloader"})
"""They fetch data, no code; into ``/tmp`` it is a cache that LMB507 advises to ship."""

_PYTHON = {
    "pip install": "Python packages",
    "pip3 install": "Python packages",
    "uv pip install": "Python packages",
    "ensurepip": "pip",
    "conda install": "packages",
    "mamba install": "packages",
    "micromamba install": "packages",
    "conda create": "packages",
    "mamba create": "packages",
    "micromamba create": "packages",
}
_SYSTEM = {
    "apt-get install": "packages of the system",
    "apt install": "packages of the system",
    "yum install": "packages of the system",
    "yum localinstall": "packages of the system",
    "dnf install": "packages of the system",
    "microdnf install": "packages of the system",
    "tdnf install": "packages of the system",
    "apk add": "packages of the system",
}
_OTHER = {
    "npm install": "Node.js packages",
    "npm ci": "Node.js packages",
    "npm i": "Node.js packages",
    "yarn install": "Node.js packages",
    "yarn add": "Node.js packages",
    "pnpm install": "Node.js packages",
    "pnpm add": "Node.js packages",
    "pnpm i": "Node.js packages",
    "gem install": "Ruby gems",
    "playwright install": "browsers",
    "spacy download": "a spaCy model",
    "nltk.downloader": "NLTK data",
}
_INSTALLED = {
    **{f"command {name}": what for name, what in {**_PYTHON, **_SYSTEM, **_OTHER}.items()},
    "ensurepip.bootstrap": "pip",
    "spacy.cli.download": "a spaCy model",
    "nltk.download": "NLTK data",
}
_BUILD = "install them when the package, a layer or the image is built"
_ADVICE = {
    "Python packages": "list them in the function's requirements, or put them into a layer or the image",
    "pip": "install what the function needs when the package, a layer or the image is built",
    "packages": _BUILD,
    "packages of the system": "install them when an image is built, or bring the programs in a layer",
    "Node.js packages": _BUILD,
    "Ruby gems": _BUILD,
    "browsers": "use an image that holds them, and name their folder by PLAYWRIGHT_BROWSERS_PATH",
    "a spaCy model": "install the model's wheel with the requirements, or load it by its path in a layer or the image",
    "NLTK data": "download it when the package is built, ship it in the package, a layer or the image, and name its"
    " folder by NLTK_DATA",
}
_DOWNLOADED = frozenset({"browsers", "a spaCy model", "NLTK data"})


def is_install(effect: Effect) -> bool:
    """Tell whether *effect* is that of an installation, which LMB111 judges alone.

    Of two effects of one call, such as those of a cache beside the packages, this is the one with the packages.
    """
    return effect.callee in _INSTALLED and (effect.kind.modifies or effect.kind is EffectKind.EXEC)


def installed_by(effect: Effect) -> str:
    """Return what the installation *effect* installs: "Python packages"."""
    return _INSTALLED[effect.callee]


def verb_for(effect: Effect) -> str:
    """Return what an installation does to what it installs: "installs" or "downloads"."""
    return "downloads" if installed_by(effect) in _DOWNLOADED else "installs"


def installer(effect: Effect) -> str:
    """Return the name of the program or function that installs."""
    name = effect.callee.removeprefix("command ")
    if name == effect.callee:
        return f"{name}()"
    return name.removesuffix(" install").removesuffix(" download")


def advice_for(effect: Effect) -> str:
    """Return what to do instead of installing at run time."""
    return _ADVICE[installed_by(effect)]
