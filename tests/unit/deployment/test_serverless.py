from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from lambdalint.catalogue import load
from lambdalint.deployment import serverless
from lambdalint.deployment.serverless.reader import MAX_FUNCTIONS
from lambdalint.model import Function, Layer, Room, Tree

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.deployment.serverless import Services


def _read(root: Path, files: dict[str, str]) -> Services:
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(dedent(content), encoding="utf-8")
    return serverless.read(Tree(root, tuple(files)), load())


def _functions(root: Path, service: str, *others: str) -> dict[str, Function]:
    found = _read(root, {"serverless.yml": service, **dict.fromkeys(others, "")})
    return {function.name: function for function in found.functions}


def _env(room: Room) -> dict[str, str | None]:
    return {variable.name: variable.value for variable in room.env}


SERVICE = """\
service: reports
provider:
  name: aws
  runtime: python3.12
  timeout: 20
  environment:
    STAGE: ${sls:stage}
    OUT: /tmp/provider
functions:
  report:
    handler: src/handlers/report.handler
    timeout: 60
    ephemeralStorageSize: 2048
    environment:
      OUT: ${self:custom.out}
      BUCKET: ${construct:files.bucketName}
      TABLE: {Ref: Table}
    vpc:
      securityGroupIds: [sg-1]
    fileSystemConfig:
      localMountPath: /mnt/data
      arn: {'Fn::GetAtt': [AccessPoint, Arn]}
custom:
  out: /tmp/${self:service}
constructs:
  files: {type: storage}
"""


def test_a_function_carries_what_its_block_and_the_provider_set(tmp_path: Path) -> None:
    function = _functions(tmp_path, SERVICE)["report"]
    assert (function.handler, function.code_root) == ("src/handlers/report.handler", "")
    assert (function.declared_by, function.confidence) == ("serverless", "high")
    assert (function.source.path, function.source.line, function.source.column) == ("serverless.yml", 10, 3)
    room = function.room
    assert (room.tmp_mb, room.timeout, room.runtime, room.package_type) == (2048, 60, "python3.12", "zip")
    assert (room.vpc, room.env_complete) == (True, True)
    env = _env(room)
    assert (env["OUT"], env["STAGE"], env["BUCKET"], env["TABLE"]) == ("/tmp/reports", "dev", None, None)
    [mount] = room.mounts
    assert (mount.path, mount.kind) == ("/mnt/data", "efs")
    assert mount.span is not None
    assert mount.span.line == 21
    span = room.span_of("tmp_mb")
    assert span is not None
    assert (span.line, span.column, span.end_column) == (13, 27, 31)


def test_settings_that_nobody_states_are_those_of_the_platform(tmp_path: Path) -> None:
    service = "provider: {name: aws, runtime: python3.9}\nfunctions: {f: {handler: a.b}}\n"
    room = _functions(tmp_path, service)["f"].room
    assert (room.tmp_mb, room.timeout, room.vpc, room.mounts, room.layers) == (512, None, False, (), ())
    assert room.span_of("tmp_mb") is None


def test_settings_of_unknown_value_are_unknown(tmp_path: Path) -> None:
    service = """\
        provider: {name: aws, runtime: python3.9, vpc: "${ssm:/vpc}"}
        functions:
          f: {handler: a.b, ephemeralStorageSize: "${ssm:/size}", environment: "${ssm:/env}"}
    """
    room = _functions(tmp_path, service)["f"].room
    assert (room.tmp_mb, room.vpc, room.env_complete) == (None, None, False)


def test_a_dotenv_plugin_adds_variables_that_are_not_listed(tmp_path: Path) -> None:
    service = """\
        plugins: [serverless-dotenv-plugin]
        provider: {runtime: python3.9}
        functions: {f: {handler: a.b}}
    """
    assert not _functions(tmp_path, service)["f"].room.env_complete


@pytest.mark.parametrize("runtime", ["nodejs20.x", "java21", "provided.al2023", "go1.x"])
def test_other_runtimes_are_skipped(tmp_path: Path, runtime: str) -> None:
    service = f"provider: {{name: aws, runtime: {runtime}}}\nfunctions: {{f: {{handler: a.b}}}}\n"
    assert _functions(tmp_path, service, "a.py") == {}


def test_the_runtime_of_the_function_goes_before_that_of_the_provider(tmp_path: Path) -> None:
    service = """\
        provider: {name: aws, runtime: nodejs20.x}
        functions:
          a: {handler: web/handler.hello, runtime: python3.9}
          b: {handler: api/handler.time}
    """
    assert list(_functions(tmp_path, service)) == ["a"]


def test_without_a_runtime_the_handlers_file_decides(tmp_path: Path) -> None:
    service = "provider: {name: aws}\nfunctions: {a: {handler: src/a.go}, b: {handler: src/b.go}}\n"
    assert list(_functions(tmp_path, service, "src/b.py", "src/a.js")) == ["b"]


def test_functions_may_be_a_list_and_stand_in_other_files(tmp_path: Path) -> None:
    files = {
        "serverless.yml": """\
            provider: {name: aws, runtime: python3.9}
            functions:
              - ${file(jobs/jobs.yml)}
              - three: ${file(jobs/three.yml):function}
              - ${file(../outside.yml)}
        """,
        "jobs/jobs.yml": "one: {handler: jobs/one.main}\ntwo: {handler: ./jobs/two.main}\n",
        "jobs/three.yml": "function: {handler: jobs/three.main}\n",
    }
    found = _read(tmp_path, files)
    assert [(function.name, function.handler) for function in found.functions] == [
        ("one", "jobs/one.main"),
        ("two", "jobs/two.main"),
        ("three", "jobs/three.main"),
    ]
    assert [function.source.path for function in found.functions] == [
        "jobs/jobs.yml",
        "jobs/jobs.yml",
        "serverless.yml",
    ]
    assert {function.code_root for function in found.functions} == {""}
    [problem] = found.problems
    assert (problem.severity, problem.span.line) == ("note", 5)


def test_workers_of_constructs_are_functions(tmp_path: Path) -> None:
    service = """\
        provider: {name: aws, runtime: python3.9}
        constructs:
          jobs: {type: queue, worker: {handler: handler.consumer}}
          files: {type: storage}
    """
    assert _functions(tmp_path, service)["jobsWorker"].handler == "handler.consumer"


def test_layers_of_the_service_have_a_folder(tmp_path: Path) -> None:
    service = """\
        provider: {name: aws, runtime: python3.9, layers: ["arn:provider"]}
        layers:
          shared-tools: {path: layers/tools}
          gone: {path: layers/gone}
        functions:
          a:
            handler: a.b
            layers:
              - {Ref: SharedDashtoolsLambdaLayer}
              - !Ref GoneLambdaLayer
              - arn:aws:lambda:eu-west-1:1:layer:x:1
              - ${cf:stack.Layer}
          b: {handler: a.b}
          c: {handler: a.b, layers: "${ssm:/layers}"}
    """
    found = _functions(tmp_path, service, "layers/tools/python/tool.py")

    def layers(name: str) -> list[tuple[str, str | None]]:
        return [(layer.name, layer.directory) for layer in found[name].room.layers]

    assert layers("a") == [
        ("shared-tools", "layers/tools"),
        ("gone", None),
        ("arn:aws:lambda:eu-west-1:1:layer:x:1", None),
        ("${cf:stack.Layer}", None),
    ]
    assert layers("b") == [("arn:provider", None)]
    assert layers("c") == [("unknown", None)]


def test_a_module_is_the_root_of_its_functions_code(tmp_path: Path) -> None:
    service = """\
        plugins: [serverless-python-requirements]
        package: {individually: true}
        provider: {name: aws, runtime: python3.9}
        functions:
          a: {handler: main.handler, module: jobs/a}
          b: {handler: main.handler, module: ../elsewhere}
    """
    files = {
        "serverless.yml": service,
        "jobs/a/main.py": "",
        "jobs/a/requirements.txt": "",
        "requirements.txt": "",
    }
    found = _read(tmp_path, files)
    [function] = found.functions
    assert (function.code_root, function.search_path) == ("jobs/a", ("",))
    assert [one.path for one in function.build.manifests] == ["jobs/a/requirements.txt"]
    assert "outside of the project" in found.problems[0].message


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("plugins: [serverless-python-requirements]", ("requirements.txt",)),
        ("plugins: {modules: [serverless-python-requirements]}", ("requirements.txt",)),
        (
            "plugins: [serverless-python-requirements]\ncustom: {pythonRequirements: {fileName: prod.txt}}",
            ("prod.txt",),
        ),
        ("plugins: [serverless-python-requirements]\ncustom: {pythonRequirements: {layer: true}}", ()),
        ("plugins: []", ()),
    ],
)
def test_requirements_are_installed_by_the_plugin_only(tmp_path: Path, service: str, expected: tuple[str, ...]) -> None:
    text = f"{service}\nprovider: {{name: aws, runtime: python3.9}}\nfunctions: {{f: {{handler: a.b}}}}\n"
    function = _functions(tmp_path, text, "requirements.txt", "prod.txt")["f"]
    assert tuple(one.path for one in function.build.manifests) == expected


def test_the_layer_of_the_requirements_plugin_is_known(tmp_path: Path) -> None:
    service = """\
        plugins: [serverless-python-requirements]
        custom: {pythonRequirements: {layer: {name: deps}}}
        provider: {name: aws, runtime: python3.9}
        functions: {f: {handler: a.b, layers: [{Ref: PythonRequirementsLambdaLayer}]}}
    """
    [layer] = _functions(tmp_path, service)["f"].room.layers
    assert isinstance(layer, Layer)
    assert (layer.name, layer.directory) == ("pythonRequirements", None)


def test_serverless_wsgi_serves_the_application(tmp_path: Path) -> None:
    service = """\
        plugins: [serverless-wsgi]
        custom: {wsgi: {app: src/api.app}}
        provider: {name: aws, runtime: python3.9}
        functions: {api: {handler: wsgi_handler.handler}, other: {handler: jobs.run}}
    """
    found = _functions(tmp_path, service, "src/api.py", "src/requirements.txt")
    assert (found["api"].handler, found["other"].handler) == ("src/api.app", "jobs.run")
    assert [one.path for one in found["api"].build.manifests] == ["src/requirements.txt"]
    assert found["other"].build.manifests == ()


def test_images_that_are_built_here_are_read_and_others_are_not(tmp_path: Path) -> None:
    service = """\
        provider:
          name: aws
          ecr: {images: {app: {path: ./image}, base: {uri: 1.dkr.ecr.amazonaws.com/x}, text: 1.dkr/x}}
        functions:
          a: {image: {name: app, command: [jobs.run]}}
          b: {image: base}
          c: {image: text}
          d: {image: 1.dkr.ecr.eu-west-1.amazonaws.com/y@sha256:0}
          e: {image: "${ssm:/image}"}
          f: {image: {uri: 1.dkr/x}}
    """
    found = _read(
        tmp_path,
        {
            "serverless.yml": service,
            "image/Dockerfile": "FROM public.ecr.aws/lambda/python:3.12\nCOPY . .\n",
            "image/jobs.py": "",
        },
    )
    [function] = found.functions
    assert (function.name, function.handler, function.code_root) == ("a", "jobs.run", "image")
    assert (function.room.package_type, function.room.runtime) == ("image", None)
    assert [problem.severity for problem in found.problems] == ["note"]


def test_other_providers_are_noted_and_their_folders_returned(tmp_path: Path) -> None:
    service = "provider: {name: google, runtime: python39}\nfunctions: {f: {handler: main}}\n"
    found = _read(tmp_path, {"cloud/serverless.yml": service, "serverless.yaml": "provider: aws\n"})
    assert (found.functions, found.foreign) == ((), ("cloud",))
    assert [problem.severity for problem in found.problems] == ["note"]


def test_services_that_are_programs_are_noted(tmp_path: Path) -> None:
    found = _read(tmp_path, {"serverless.ts": "export default {}\n"})
    assert [problem.severity for problem in found.problems] == ["note"]


def test_a_json_service_is_read(tmp_path: Path) -> None:
    service = '{"provider": {"runtime": "python3.12"}, "functions": {"f": {"handler": "a.b"}}}'
    assert [function.name for function in _read(tmp_path, {"serverless.json": service}).functions] == ["f"]


def test_several_services_keep_their_own_roots(tmp_path: Path) -> None:
    service = "provider: {name: aws, runtime: python3.9}\nfunctions: {f: {handler: a.b}}\n"
    found = _read(tmp_path, {"one/serverless.yml": service, "two/serverless.yml": service})
    assert [function.code_root for function in found.functions] == ["one", "two"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "just text",
        "- a\n- b\n",
        "functions: 5\n",
        "functions: [1, [2], {f: null}, {g: text}]\n",
        "functions: {f: {handler: [a]}}\n",
        "functions: {f: {handler: ''}}\n",
        "functions: {f: {handler: nodot}}\nprovider: {runtime: python3.9}\n",
        "functions: {f: {image: [1]}}\n",
        "functions: {f: {image: {name: {a: b}}}}\n",
        "provider: [1]\nplugins: {a: b}\nlayers: [1]\nconstructs: [2]\nfunctions: {f: {handler: a.b}}\n",
        "provider: {runtime: python3, environment: [1, {A: [1]}]}\nfunctions: {f: {handler: a.b}}\n",
        "functions: ${self:functions}\n",
        "functions: ${file(serverless.yml)}\n",
        "functions: &a [*a]\n",
        "functions: {\n",
        "provider: ${file(x.yml):provider}\nfunctions: {f: {handler: a.b}}\n",
        "functions: {f: {handler: a.b, runtime: python3, fileSystemConfig: [1, {localMountPath: {}}]}}\n",
        "functions: {f: {handler: a.b, runtime: python3, module: {}, ephemeralStorageSize: big, vpc: 3}}\n",
    ],
)
def test_odd_services_do_not_crash(tmp_path: Path, text: str) -> None:
    found = _read(tmp_path, {"serverless.yml": text})
    assert all(function.name for function in found.functions)


def test_the_settings_around_the_storage(tmp_path: Path) -> None:
    text = "provider: {name: aws, runtime: python3.13}\nfunctions:\n"
    text += "  a: {handler: app.a, snapStart: true, vpc: {subnetIds: [], securityGroupIds: []}}\n"
    text += "  b: {handler: app.b, snapStart: false, vpc: {subnetIds: [subnet-1], securityGroupIds: [sg-1]}}\n"
    found = _functions(tmp_path, text)
    assert (found["a"].room.variants, found["a"].room.vpc) == (("snap-start",), False)
    assert (found["b"].room.variants, found["b"].room.vpc) == ((), True)


def test_a_cycle_in_functions_is_a_problem(tmp_path: Path) -> None:
    found = _read(tmp_path, {"serverless.yml": "functions: ${self:functions}\n"})
    assert [problem.severity for problem in found.problems] == ["warning"]


def test_functions_without_end_are_bounded(tmp_path: Path) -> None:
    lines = [f"  f{number}: {{handler: a.b}}" for number in range(MAX_FUNCTIONS + 5)]
    text = "\n".join(["provider: {runtime: python3.9}", "functions:", *lines])
    found = _read(tmp_path, {"serverless.yml": text})
    assert len(found.functions) == MAX_FUNCTIONS
    assert len(found.problems) == 1
