from __future__ import annotations

import pytest

from lambdalint.model import Requirement, Span
from lambdalint.packaging.markers import applies


@pytest.mark.parametrize(
    ("marker", "python", "answer"),
    [
        ("", "3.12", True),
        ("", None, True),
        ("python_version < '3.10'", "3.9", True),
        ("python_version < '3.10'", "3.12", False),
        ("python_version < '3.10'", None, True),
        ("python_version < '3'", None, False),
        ("python_full_version < '3.11.3'", "3.11", None),
        ("python_full_version < '3.11.3'", "3.10", True),
        ("python_full_version < '3.11.3'", "3.12", False),
        ("python_full_version < '3.11.3'", None, True),
        ("sys_platform == 'win32'", "3.12", False),
        ("sys_platform == 'win32'", None, False),
        ("platform_system != 'Windows' and platform_machine == 'x86_64'", "3.12", True),
        ("implementation_name == 'pypy' or os_name == 'nt'", None, False),
        ("extra == 'dev'", "3.12", False),
        ("platform_release >= '6'", "3.12", None),
        ("'microsoft' in platform_release", "3.12", False),
        ("nonsense ==", "3.12", True),
        ("python_version ~= 'x'", "3.12", True),
        ("(" * 900, "3.12", True),
        ("python_version < '3'", "not a version", False),
        ("python_version < '3' or " * 1000 + "os_name == 'nt'", "3.12", True),
    ],
)
def test_markers_on_lambda(marker: str, python: str | None, answer: bool | None) -> None:
    assert applies(Requirement("foo", "foo", Span.point("r.txt"), marker=marker), python) is answer
