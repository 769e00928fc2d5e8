"""The parts of a service that stand around its rules: settings, models, tables, clients, handlers."""

from __future__ import annotations

from benchmarks.monorepo.units import Unit

SETTINGS = Unit(
    "class",
    '''
@dataclass(frozen=True)
class Settings:
    """What the template sets for this service."""

    table: str
    bucket: str
    stage: str = "dev"
    limit: int = $limit

    @classmethod
    def read(cls) -> Settings:
        """Return the settings of the environment."""
        return cls(
            table=os.environ["TABLE_NAME"],
            bucket=os.environ.get("BUCKET", "local"),
            stage=os.environ.get("STAGE", "dev"),
            limit=int(os.environ.get("LIMIT", "$limit")),
        )

    def key(self, *parts: str) -> str:
        """Return the key of an object in the bucket."""
        return "/".join([self.stage, *(part.strip("/") for part in parts if part)])
''',
    ("__future__:annotations", "dataclasses:dataclass", "os"),
)
MODEL = Unit(
    "class",
    '''
@dataclass
class $name:
    """One of the $pluralword of this service."""

    id: str
    $field: str = ""
    $other: str | None = None
    lines: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, record: dict[str, Any]) -> $name:
        """Read what a request or a table holds."""
        known = {name: record[name] for name in ("id", "$field", "$other", "lines") if name in record}
        if "id" not in known:
            known["id"] = "$field-new"
        return cls(**known)

    def total(self) -> float:
        """Return what the lines come to."""
        total = 0.0
        for line in self.lines:
            amount = line.get("amount", 0)
            if isinstance(amount, str):
                amount = float(amount.replace(",", "."))
            total += amount * line.get("count", 1)
        return round(total, 2)

    def as_record(self) -> dict[str, Any]:
        """Return this as it is stored and sent."""
        record = asdict(self)
        record["total"] = str(self.total())
        return {key: value for key, value in record.items() if value is not None}
''',
    ("__future__:annotations", "dataclasses:asdict,dataclass,field", "typing:Any"),
)
TABLE = Unit(
    "class",
    '''
class $name:
    """The table of $pluralword."""

    def __init__(self, table_name: str, pages: int = $small) -> None:
        self._table = boto3.resource("dynamodb").Table(table_name)
        self._pages = pages

    def get(self, key: str) -> dict[str, Any] | None:
        """Return the record of *key*, None if there is none."""
        try:
            found = self._table.get_item(Key={"id": key})
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None
            raise
        return found.get("Item")

    def put(self, record: dict[str, Any]) -> None:
        """Store *record*."""
        item = {key: value for key, value in record.items() if value not in (None, "", [])}
        self._table.put_item(Item=item)

    def find(self, $field: str) -> list[dict[str, Any]]:
        """Return the records of one $field, page by page."""
        found: list[dict[str, Any]] = []
        start = None
        for _ in range(self._pages):
            query = {"IndexName": "by-$field", "ExpressionAttributeValues": {":value": $field}}
            if start is not None:
                query["ExclusiveStartKey"] = start
            page = self._table.query(**query)
            found.extend(page.get("Items", []))
            start = page.get("LastEvaluatedKey")
            if start is None:
                break
        return found
''',
    ("__future__:annotations", "boto3", "botocore.exceptions:ClientError", "typing:Any"),
)
CLIENT = Unit(
    "step",
    '''
def $name(record: dict[str, Any]) -> None:
    """Tell the other services about a $field."""
    entries = []
    for line in record.get("lines", [record]):
        detail = json.dumps({"$field": line.get("$field"), "id": record.get("id")}, sort_keys=True)
        entries.append({"Source": "$pluralword", "DetailType": "$field", "Detail": detail})
    for start in range(0, len(entries), 10):
        answer = events.put_events(Entries=entries[start : start + 10])
        if answer.get("FailedEntryCount"):
            raise RuntimeError("%d events refused" % answer["FailedEntryCount"])
''',
    ("boto3", "json", "typing:Any"),
    'events = boto3.client("events")',
    "events",
)
EXECUTE = Unit(
    "execute",
    '''
class $name:
    """What happens to one of the $pluralword."""

    def __init__(self, settings: $settings) -> None:
        self.settings = settings
        self.table = $table(settings.table)

    def execute(self, record: dict[str, Any]) -> dict[str, Any]:
        """Complete *record*, store it and pass it on."""
        known = self.table.get(record.get("id", ""))
        merged = {**(known or {}), **record}
        if not known:
            merged["similar"] = [item["id"] for item in self.table.find(str(record.get("$field")))]
        prepared = self._prepare(merged)
        model = $model.of(prepared)
        self.table.put(model.as_record())
        self._publish(prepared)
        return prepared

    def _prepare(self, record: dict[str, Any]) -> dict[str, Any]:
$prepare
        return {**record, $prepared}

    def _publish(self, record: dict[str, Any]) -> None:
        record.setdefault("location", self.settings.key("$field", str(record.get("id"))))
        record.update($publish(record))
''',
    ("__future__:annotations", "typing:Any"),
)
HANDLERS = (
    Unit(
        "handler",
        '''
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a request of the API."""
    body = json.loads(event.get("body") or "{}")
    record = {**body, **(event.get("pathParameters") or {})}
    try:
        result = usecase.execute(record)
    except (KeyError, ValueError) as error:
        logger.warning("refused: %s", error)
        return {"statusCode": 400, "body": json.dumps({"message": str(error)})}
    return {"statusCode": 200, "body": json.dumps(result, default=str)}
''',
        ("json", "logging", "typing:Any"),
        "logger = logging.getLogger(__name__)\nusecase = $execute($settings.read())",
    ),
    Unit(
        "handler",
        '''
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Take the messages of a queue; those that fail come back."""
    failures = []
    for message in event["Records"]:
        try:
            usecase.execute(json.loads(message["body"]))
        except Exception:
            logger.exception("message %s", message["messageId"])
            failures.append({"itemIdentifier": message["messageId"]})
    return {"batchItemFailures": failures}
''',
        ("json", "logging", "typing:Any"),
        "logger = logging.getLogger(__name__)\nusecase = $execute($settings.read())",
    ),
    Unit(
        "handler",
        '''
def handler(event: dict[str, Any], context: Any) -> int:
    """Read the objects that were uploaded."""
    count = 0
    for item in event["Records"]:
        bucket = item["s3"]["bucket"]["name"]
        key = unquote_plus(item["s3"]["object"]["key"])
        content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        for line in content.decode("utf-8").splitlines():
            if line.strip():
                $execute($settings.read()).execute(json.loads(line))
                count += 1
    return count
''',
        ("json", "typing:Any", "boto3", "urllib.parse:unquote_plus"),
        's3 = boto3.client("s3")',
    ),
)
