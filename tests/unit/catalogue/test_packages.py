from __future__ import annotations

import re
from collections import Counter

import pytest

from lambdalint.catalogue import Catalogue, CatalogueError, build, load, parse_file

SOURCE = 'source = "https://example.org"'
NORMALISED = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
POWERTOOLS = "AWSLambdaPowertoolsPythonV3-python312-x86_64"
HEAVY = (
    "botocore",
    "google-api-python-client",
    "matplotlib",
    "numpy",
    "onnxruntime",
    "opencv-python",
    "opencv-python-headless",
    "pandas",
    "pyarrow",
    "scikit-learn",
    "scipy",
    "spacy",
    "tensorflow",
    "torch",
    "transformers",
)


def catalogue(text: str) -> Catalogue:
    return build((("fakelib.toml", parse_file("fakelib.toml", text)),))


def package(name: str, *requires: str) -> str:
    return f"""
    [[package]]
    distribution = "{name}"
    version = "1.0"
    unpacked-mb = 1.5
    requires = {list(requires)}
    {SOURCE}
    """


def runtime(platform: str, pattern: str, *distributions: str) -> str:
    return f"""
    [[runtime]]
    platform = "{platform}"
    runtimes = '{pattern}'
    distributions = {list(distributions)}
    {SOURCE}
    """


def layer(name: str, *arns: str, holds: tuple[str, ...] = (), complete: str = "true") -> str:
    return f"""
    [[shared-layer]]
    name = "{name}"
    arns = {list(arns)}
    distributions = {list(holds)}
    complete = {complete}
    {SOURCE}
    """


def lambda_arn(name: str, account: str = "123456789012", region: str = "eu-west-1") -> str:
    return f"arn:aws:lambda:{region}:{account}:layer:{name}"


def test_a_closure_follows_requirements_to_the_end_without_what_it_starts_from() -> None:
    rows = catalogue(package("top", "middle", "other") + package("middle", "bottom") + package("bottom"))
    assert rows.closure(["top"]) == ("bottom", "middle", "other")
    assert rows.closure(["top", "middle"]) == ("bottom", "other")
    assert rows.closure(["unheard-of"]) == ()
    assert rows.closure(()) == ()


def test_a_closure_of_a_cycle_ends() -> None:
    rows = catalogue(package("one", "two") + package("two", "three") + package("three", "one"))
    assert rows.closure(["one"]) == ("three", "two")


def test_a_size_is_more_than_nothing() -> None:
    with pytest.raises(CatalogueError, match=r"fakelib\.toml"):
        catalogue(package("empty").replace("1.5", "0"))


def test_a_runtime_brings_what_its_row_says() -> None:
    rows = catalogue(runtime("here", r"python3\.\d+", "b", "a") + runtime("here", r"python2\.7", "b", "c"))
    assert rows.runtime_distributions("here", "python3.12") == ("a", "b")
    assert rows.runtime_distributions("here", "python2.7") == ("b", "c")
    assert rows.runtime_distributions("here", "nodejs20.x") == ()
    assert rows.runtime_distributions("elsewhere", "python3.12") == ()


def test_an_unknown_runtime_brings_what_all_of_them_bring() -> None:
    rows = catalogue(runtime("here", r"python3\.\d+", "b", "a") + runtime("here", r"python2\.7", "b", "c"))
    assert rows.runtime_distributions("here", None) == ("b",)
    assert rows.runtime_distributions("elsewhere", None) == ()


def test_a_bad_pattern_of_runtimes_is_refused() -> None:
    with pytest.raises(CatalogueError, match=r"fakelib.toml: here: '\(' is no regular expression"):
        catalogue(runtime("here", "(", "a"))


@pytest.mark.parametrize(
    ("pattern", "arn"),
    [
        ("mylayer", lambda_arn("mylayer") + ":7"),
        ("mylayer", lambda_arn("mylayer")),
        ("mylayer", "mylayer"),
        ("my*", lambda_arn("mylayer", region="${AWS::Region}") + ":${Version}"),
        (lambda_arn("mylayer"), lambda_arn("mylayer") + ":7"),
        (lambda_arn("mylayer") + ":7", lambda_arn("mylayer") + ":7"),
        (lambda_arn("mylayer", region="*"), lambda_arn("mylayer")),
        ("arn:*:lambda:*:123456789012:layer:my*", lambda_arn("mylayer", region="cn-north-1") + ":12"),
        (lambda_arn("mylayer"), lambda_arn("mylayer", region="${self:custom.${opt:stage}.region}") + ":7"),
        (lambda_arn("mylayer"), lambda_arn("mylayer", account="${AWS::AccountId}", region="{env.region}") + ":7"),
        (lambda_arn("mylayer", region="${AWS::Region}"), lambda_arn("mylayer", region="us-east-1") + ":7"),
        (lambda_arn("my-*-layer"), lambda_arn("my-${Stage}-layer") + ":7"),
        ("my-application", "arn:aws:serverlessrepo:us-east-1:123456789012:applications/my-application"),
        ("*/layers/mine*", "{{resolve:ssm:/layers/mine/latest}}"),
        ("/layers/*", "/layers/mine/latest"),
    ],
)
def test_a_pattern_stands_for_a_layer(pattern: str, arn: str) -> None:
    assert Catalogue.matches(pattern, arn)


@pytest.mark.parametrize(
    ("pattern", "arn"),
    [
        ("mylayer", lambda_arn("mylayer2") + ":7"),
        ("mylayer", lambda_arn("${Name}") + ":7"),
        ("mylayer", "${MyLayer}"),
        ("mylayer", ""),
        ("layer", "mylayer"),
        (lambda_arn("mylayer"), "mylayer"),
        (lambda_arn("mylayer"), lambda_arn("mylayer", account="210987654321") + ":7"),
        (lambda_arn("mylayer"), lambda_arn("mylayer", region="us-east-1") + ":7"),
        (lambda_arn("mylayer"), lambda_arn("${Name}") + ":7"),
        (lambda_arn("mylayer") + ":7", lambda_arn("mylayer") + ":70"),
        (lambda_arn("mylayer") + ":7", lambda_arn("mylayer") + ":${Version}"),
        ("arn:aws:lambda:eu-west-1:123456789012", lambda_arn("mylayer")),
        ("my*layer", "my" + "x" * 5000 + "layer"),
        ("ab*ba", "aba"),
    ],
)
def test_a_pattern_does_not_stand_for_another(pattern: str, arn: str) -> None:
    assert not Catalogue.matches(pattern, arn)


def test_many_stars_are_compared_at_once() -> None:
    assert not Catalogue.matches("a*" * 500 + "b", "a" * 2000)


def test_the_first_row_that_fits_is_the_layer() -> None:
    rows = catalogue(layer("one", "mine-v2", holds=("b", "a")) + layer("two", "mine-*", complete="false"))
    first, second = rows.shared_layer(lambda_arn("mine-v2") + ":1"), rows.shared_layer(lambda_arn("mine-v3") + ":1")
    assert first is not None
    assert (first.name, first.distributions, first.complete) == ("one", ("a", "b"), True)
    assert second is not None
    assert (second.name, second.distributions, second.complete) == ("two", (), False)
    assert rows.shared_layer(lambda_arn("other")) is None


def test_a_layer_named_for_a_distribution_holds_it_with_its_requirements() -> None:
    rows = catalogue(layer("many", "many-p*-{distribution}", complete="false") + package("some-lib", "other-lib"))
    found = rows.shared_layer(lambda_arn("many-p312-Some_Lib") + ":3")
    assert found is not None
    assert found.distributions == ("other-lib", "some-lib")
    assert rows.shared_layer(lambda_arn("many-p312-${Name}") + ":3") is None
    assert rows.shared_layer(lambda_arn("many-p312-") + ":3") is None


def test_the_shipped_sizes_are_those_of_one_version_each() -> None:
    rows = [row for _, content in load().files for row in content.package]
    assert len(rows) == len(load().packages)
    assert [row.distribution for row in rows if not row.version[0].isdigit()] == []


def test_the_shipped_rows_name_distributions_as_they_are_normalised() -> None:
    rows = load()
    names = {*rows.packages, *rows.sdk}
    names |= {name for row in rows.packages.values() for name in row.requires}
    names |= {name for row in rows.runtimes for name in row.distributions}
    names |= {name for row in rows.shared_layers for name in row.distributions}
    assert sorted(name for name in names if not NORMALISED.fullmatch(name)) == []


def test_a_pattern_of_a_shipped_layer_belongs_to_one_row() -> None:
    patterns = Counter(pattern for row in load().shared_layers for pattern in row.arns)
    assert [pattern for pattern, count in patterns.items() if count > 1] == []


def test_nothing_requires_itself() -> None:
    assert [name for name, row in load().packages.items() if name in row.requires] == []


@pytest.mark.parametrize("name", HEAVY)
def test_a_heavy_library_is_known_with_all_that_it_requires(name: str) -> None:
    rows = load()
    assert rows.packages[name].unpacked_mb > 10
    known = [one for one in rows.closure([name]) if one in rows.packages]
    assert len(known) >= 0.9 * len(rows.closure([name]))


def test_boto3_brings_what_the_runtime_has() -> None:
    rows = load()
    brought = ("boto3", *rows.closure(["boto3"]))
    assert rows.runtime_distributions("aws-lambda", "python3.13") == tuple(sorted(brought))
    assert rows.runtime_distributions("vercel", "python3.12") == ()


def test_the_sdk_in_the_runtime_is_what_the_runtime_brings() -> None:
    rows = load()
    in_runtime = {name for name, row in rows.sdk.items() if row.in_runtime}
    assert in_runtime == {"boto3", "botocore"}
    assert in_runtime <= set(rows.runtime_distributions("aws-lambda", None))
    assert {"aiobotocore", "aioboto3"} <= rows.sdk.keys()
    assert not {"s3transfer", "jmespath", "boto3-stubs"} & rows.sdk.keys()


@pytest.mark.parametrize(
    "arn",
    [
        lambda_arn(POWERTOOLS, "017000801446", "${AWS::Region}") + ":7",
        lambda_arn(POWERTOOLS.replace("x86_64", "arm64"), "073784633467", "us-gov-west-1"),
        lambda_arn("AWSLambdaPowertoolsPythonV3-${Python}-x86_64", "${Account}", "${self:provider.region}") + ":18",
        "arn:aws:serverlessrepo:eu-west-1:057560766410:applications/aws-lambda-powertools-python-layer-v3-python312-arm64",
    ],
)
def test_powertools_are_known_wherever_they_are_published(arn: str) -> None:
    found = load().shared_layer(arn)
    assert found is not None
    assert found.complete
    assert {"aws-lambda-powertools", "pydantic", "aws-xray-sdk"} <= set(found.distributions)
    assert not {"boto3", "botocore", "jmespath"} & set(found.distributions)


@pytest.mark.parametrize("name", ["AWSSDKPandas-Python312-Arm64", "AWSDataWrangler-Python39"])
def test_the_layer_of_pandas_has_no_sdk(name: str) -> None:
    found = load().shared_layer(lambda_arn(name, "336392948345") + ":14")
    assert found is not None
    assert {"awswrangler", "numpy", "pandas", "pyarrow"} <= set(found.distributions)
    assert not load().sdk.keys() & set(found.distributions)


@pytest.mark.parametrize("name", ["LambdaInsightsExtension-Arm64", "AWS-AppConfig-Extension", "Datadog-Extension"])
def test_an_extension_brings_no_library(name: str) -> None:
    found = load().shared_layer(lambda_arn(name) + ":44")
    assert found is not None
    assert (found.distributions, found.complete) == ((), True)


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("Klayers-p312-requests", ("certifi", "charset-normalizer", "idna", "requests", "urllib3")),
        ("Klayers-p312-arm64-a-library-of-ours", ("a-library-of-ours",)),
        ("Klayers-python38-PyYAML", ("pyyaml",)),
    ],
)
def test_klayers_hold_what_their_names_say(name: str, held: tuple[str, ...]) -> None:
    found = load().shared_layer(lambda_arn(name, "770693421928", "ap-southeast-1") + ":3")
    assert found is not None
    assert found.distributions == held


@pytest.mark.parametrize("name", ["unknown", "MyLayer", "${SharedLayerArn}", "pandas", "boto3-layer"])
def test_a_layer_of_the_project_is_none_of_the_published_ones(name: str) -> None:
    assert load().shared_layer(name) is None
    assert load().shared_layer(lambda_arn(name) + ":1") is None


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        (None, "3.0"),
        ("2.5", "3.0"),
        ("2.0", "3.0"),
        ("2.0rc1", "1.9"),
        ("1.9.9", "1.9"),
        ("1.1.99", "1.1"),
        ("?", "3.0"),
    ],
)
def test_an_older_release_has_a_size_of_its_own(version: str | None, expected: str) -> None:
    older = "".join(
        f"""
        [[older-release]]
        distribution = "fakelib"
        before = "{before}"
        version = "{measured}"
        unpacked-mb = 40.0
        {SOURCE}
        """
        for before, measured in (("2.0", "1.9"), ("1.2", "1.1"))
    )
    known = catalogue(package("fakelib").replace("1.0", "3.0") + older)
    row = known.release("fakelib", version)
    assert row is not None
    assert row.version == expected
    assert known.release("unknown", version) is None


def test_botocore_was_several_times_as_large() -> None:
    known = load()
    sizes = [row.unpacked_mb for row in (known.release("botocore", one) for one in ("1.31.57", "1.34.0")) if row]
    assert sizes[0] > 3 * sizes[1]
