"""Functions of a generated project that handle files: those that do it well, and those with a finding.

`#!LMB101` stands at the end of the line that has to be reported, and is taken away in the end.
"""

from __future__ import annotations

from benchmarks.monorepo.units import Unit

CLEAN = (
    Unit(
        "step",
        '''
def $name(record: dict[str, Any]) -> None:
    """Write the $field file in a folder that goes with the block."""
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "$field.json")
        with open(target, "w", encoding="utf-8") as out:
            json.dump($record(record), out)
        s3.upload_file(target, BUCKET, "$field/latest.json")
''',
        ("json", "os", "tempfile", "typing:Any", "boto3"),
        's3 = boto3.client("s3")\nBUCKET = os.environ.get("BUCKET", "local")',
        "file",
    ),
    Unit(
        "step",
        '''
def $name(record: dict[str, Any]) -> None:
    """Write the $field table under a fixed name, which the next invocation overwrites."""
    path = Path("/tmp") / "$field.csv"
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["$field", "$other"])
        for line in record.get("lines", []):
            writer.writerow([line.get("$field"), $text(str(line.get("$other")))])
    s3.upload_file(str(path), BUCKET, f"$field/{record['id']}.csv")
''',
        ("csv", "os", "pathlib:Path", "typing:Any", "boto3"),
        's3 = boto3.client("s3")\nBUCKET = os.environ.get("BUCKET", "local")',
        "table",
    ),
    Unit(
        "step",
        '''
def $name(record: dict[str, Any]) -> None:
    """Keep the $field file only as long as it is sent."""
    path = f"/tmp/$field-{uuid.uuid4()}.txt"
    try:
        with open(path, "w", encoding="utf-8") as out:
            out.write($text(str(record.get("$field"))))
        s3.upload_file(path, BUCKET, "$field/text.txt")
    finally:
        os.remove(path)
''',
        ("os", "uuid", "typing:Any", "boto3"),
        's3 = boto3.client("s3")\nBUCKET = os.environ.get("BUCKET", "local")',
        "note",
    ),
    Unit(
        "step",
        '''
def $name(record: dict[str, Any]) -> None:
    """Send the $field's archive without a file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number, line in enumerate(record.get("lines", [])):
            archive.writestr(f"{number}.json", json.dumps(line))
    buffer.seek(0)
    s3.upload_fileobj(buffer, BUCKET, "$field/archive.zip")
''',
        ("io", "json", "os", "zipfile", "typing:Any", "boto3"),
        's3 = boto3.client("s3")\nBUCKET = os.environ.get("BUCKET", "local")',
        "archive",
    ),
)
FAULTY = (
    Unit(
        "step",
        '''
def $name(record: dict[str, Any]) -> None:
    """Leave the $field for the next one."""
    with open("/var/data/$field.json", "w", encoding="utf-8") as out:  #!LMB101
        json.dump($record(record), out)
''',
        ("json", "typing:Any"),
        noun="state",
    ),
    Unit(
        "step",
        '''
def $name(record: dict[str, Any]) -> None:
    """Write the $field's report."""
    with open("$field-report.csv", "w", newline="", encoding="utf-8") as out:  #!LMB102
        writer = csv.DictWriter(out, ["$field", "$other"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(record.get("lines", []))
''',
        ("csv", "typing:Any"),
        noun="report",
    ),
    Unit(
        "step",
        '''
def $name(record: dict[str, Any]) -> None:
    """Remember the $field beside the code."""
    known = HERE / "$field.json"
    known.write_text(json.dumps($record(record)), encoding="utf-8")  #!LMB103
''',
        ("json", "pathlib:Path", "typing:Any"),
        "HERE = Path(__file__).resolve().parent",
        "memory",
    ),
    Unit(
        "step",
        '''
def $name(record: dict[str, Any]) -> None:
    """Write the $field's export under a name of its own."""
    path = os.path.join("/tmp", f"{uuid.uuid4()}-$field.txt")
    with open(path, "w", encoding="utf-8") as out:  #!LMB301
        for line in record.get("lines", []):
            out.write($text(str(line.get("$field"))) + "\\n")
    s3.upload_file(path, BUCKET, "$field/export.txt")
''',
        ("os", "uuid", "typing:Any", "boto3"),
        's3 = boto3.client("s3")\nBUCKET = os.environ.get("BUCKET", "local")',
        "export",
    ),
    Unit(
        "step",
        '''
def $name(record: dict[str, Any]) -> None:
    """Unpack the $field's archive where the program happens to be."""
    with zipfile.ZipFile("/opt/$field.zip") as archive:
        names = [name for name in archive.namelist() if name.endswith(".json")]
        archive.extractall(members=names)  #!LMB105
    record["$field"] = len(names)
''',
        ("zipfile", "typing:Any"),
        noun="bundle",
    ),
    Unit(
        "step",
        '''
def $name(record: dict[str, Any]) -> None:
    """Make a folder for the $field, which nobody removes."""
    folder = tempfile.mkdtemp(prefix="$field-")  #!LMB303
    record["folder"] = os.path.basename(folder)
''',
        ("os", "tempfile", "typing:Any"),
        noun="folder",
    ),
)
