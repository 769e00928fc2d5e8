"""The fix of LMB404: which imports change, and which requirements."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from fixed_project import fixed, left

if TYPE_CHECKING:
    from pathlib import Path

GET = '\n\ndef handler(event, context):\n    return requests.get("https://shop.example/prices.json").text\n'
BY_WHOLE_NAME = GET.replace("requests", "botocore.vendored.requests")
VENDORED = f"from botocore.vendored import requests{GET}"
OWN = f"import requests{GET}"
TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Report:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
      Runtime: python3.13
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("from botocore.vendored import (requests)", "import requests"),
        ("from botocore.vendored import requests  # HTTP", "import requests  # HTTP"),
        ("import botocore.vendored.requests as requests", "import requests"),
        ("from botocore.vendored import six, requests", "import requests\nfrom botocore.vendored import six"),
        ("import os; from botocore.vendored import requests", "import os; import requests"),
    ],
)
def test_the_import_keeps_its_name(tmp_path: Path, before: str, after: str) -> None:
    assert fixed(tmp_path, {"app.py": before + GET}, "LMB404") == {"app.py": after + GET}


@pytest.mark.parametrize(
    "text",
    [
        f"import os; from botocore.vendored import requests, six{GET}",
        f"import requests\n{VENDORED}",
        f"import botocore.vendored.requests\n\nprint(botocore.__version__){BY_WHOLE_NAME}",
        f"{VENDORED}\n\ndef other():\n    requests = []\n    return requests\n",
        f"try:\n    from botocore.vendored import requests\nexcept ImportError:\n    requests = None{GET}",
    ],
    ids=["shared line", "both", "other use", "another meaning", "try"],
)
def test_what_is_left_alone(tmp_path: Path, text: str) -> None:
    assert fixed(tmp_path, {"app.py": text}, "LMB404") == {}
    assert "LMB404" in left(tmp_path)


def test_a_module_of_the_same_name(tmp_path: Path) -> None:
    assert fixed(tmp_path, {"app.py": VENDORED, "requests.py": "TIMEOUT = 5\n"}, "LMB404") == {}
    assert "LMB404" in left(tmp_path)


def test_requirements_that_are_there(tmp_path: Path) -> None:
    files = {"template.yaml": TEMPLATE, "requirements.txt": "boto3==1.40.0 # tested\nrequests", "app.py": VENDORED}
    assert fixed(tmp_path, files, "LMB404") == {"app.py": OWN}


def test_requirements_without_a_last_line_end(tmp_path: Path) -> None:
    files = {"template.yaml": TEMPLATE, "requirements.txt": "pyyaml", "app.py": VENDORED}
    assert fixed(tmp_path, files, "LMB404") == {"app.py": OWN, "requirements.txt": "pyyaml\nrequests"}


def test_a_new_file_that_sam_build_takes(tmp_path: Path) -> None:
    files = {"template.yaml": TEMPLATE, "app.py": VENDORED}
    assert fixed(tmp_path, files, "LMB404") == {"app.py": OWN, "requirements.txt": "requests\n"}


@pytest.mark.parametrize(
    "asked", ["-i https://packages.example/simple\npyyaml\n", "pyyaml==6.0.2 # via\n    # via app\n"]
)
def test_requirements_that_cannot_be_added_to(tmp_path: Path, asked: str) -> None:
    files = {"template.yaml": TEMPLATE, "requirements.txt": asked, "app.py": VENDORED}
    assert fixed(tmp_path, files, "LMB404") == {}
    assert "LMB404" in left(tmp_path)
