"""What functions of a generated project look like: pure code on texts, numbers and records.

In a body, `$name` and `$field` are words, and `$text`, `$number`, `$record` are calls of what another module exports.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Unit:
    """The template of a function or class."""

    kind: str
    body: str
    imports: tuple[str, ...] = ()
    """`json`, or `dataclasses:dataclass,field` for names of a module."""
    constants: str = ""
    noun: str = ""


TEXTS = (
    Unit(
        "text",
        '''
def $name(text: str) -> str:
    """Return *text* with the $field's blanks and case made even."""
    words = [word.strip(" ,;.") for word in text.split()]
    kept = [word for word in words if word]
    if not kept:
        return ""
    if len(kept) > $limit:
        kept = kept[:$limit]
    return " ".join(kept).lower()
''',
    ),
    Unit(
        "text",
        '''
def $name(text: str, separator: str = "-") -> str:
    """Turn a $field into what can stand in an address."""
    lowered = $text(text).lower()
    result = []
    for character in lowered:
        if character.isalnum():
            result.append(character)
        elif result and result[-1] != separator:
            result.append(separator)
    return "".join(result).strip(separator)[:$limit]
''',
    ),
    Unit(
        "text",
        '''
def $name(text: str) -> str:
    """Replace what the $field must not contain."""
    for old, new in $constant.items():
        text = text.replace(old, new)
    match = re.match(r"^(\\w+)[\\s:/-]+(.*)", text)
    if match is None:
        return text.strip()
    head, tail = match.groups()
    return f"{head.upper()}:{tail.strip()}"
''',
        ("re",),
        '$constant = {"\\t": " ", "&": "and", "@": "at", "#": "no. "}',
    ),
    Unit(
        "text",
        '''
def $name(text: str) -> str:
    """Return the digest by which this $field is found again."""
    data = $text(text).encode("utf-8")
    digest = hashlib.sha256(data).hexdigest()
    return "$field-%s" % digest[:16]
''',
        ("hashlib",),
    ),
    Unit(
        "text",
        '''
def $name(text: str) -> str:
    """Shorten the $field at a word's end."""
    if len(text) <= $limit:
        return text
    cut = text[:$limit]
    position = cut.rfind(" ")
    if position > 0:
        cut = cut[:position]
    return cut.rstrip() + "..."
''',
    ),
    Unit(
        "text",
        '''
def $name(text: str) -> str:
    """Return the part of the $field that names its $other."""
    for prefix in ("$field:", "$other:", "x-"):
        if text.startswith(prefix):
            text = text[len(prefix):]
            break
    else:
        text = text.split("/")[-1]
    try:
        number = int(text)
    except ValueError:
        return $text(text)
    return "{:08d}".format(number)
''',
    ),
)
NUMBERS = (
    Unit(
        "number",
        '''
def $name(values: list[float]) -> float:
    """Return the sum of the $amounts, the largest left out."""
    if not values:
        return 0.0
    ordered = sorted(float(value) for value in values)
    total = 0.0
    for position, value in enumerate(ordered[:-1], start=1):
        total += value * $factor if position % $small else value
    return round(total, 2)
''',
    ),
    Unit(
        "number",
        '''
def $name(values: list[float]) -> float:
    """Return what the $amounts are on the average, without outliers."""
    middle = $number(values)
    near = [value for value in values if abs(value - middle) < $limit]
    if len(near) < $small:
        return float(middle)
    return math.fsum(near) / len(near)
''',
        ("math",),
    ),
    Unit(
        "number",
        '''
def $name(values: list[float], step: int = $small) -> float:
    """Return how much the $amounts change from one step to the next."""
    changes = []
    index = step
    while index < len(values):
        changes.append(values[index] - values[index - step])
        index += step
    return statistics.pstdev(changes) if len(changes) > 1 else 0.0
''',
        ("statistics",),
    ),
    Unit(
        "number",
        '''
def $name(values: list[float]) -> float:
    """Return the highest of the $amounts that still counts."""
    best = float($number(values))
    for value in values:
        if value > $limit:
            continue
        if value > best:
            best = value
    return min(best, $limit * $factor)
''',
    ),
)
RECORDS = (
    Unit(
        "record",
        '''
def $name(record: dict[str, Any]) -> dict[str, Any]:
    """Complete the $field of a record."""
    result = dict(record)
    value = result.get("$field")
    if value is None:
        result["$field"] = $constant
    elif isinstance(value, str):
        result["$field"] = $text(value)
    else:
        result["$field"] = str(value)
    return result
''',
        ("typing:Any",),
        '$constant = "default-$field"',
    ),
    Unit(
        "record",
        '''
def $name(record: dict[str, Any]) -> dict[str, Any]:
    """Add what the $amounts come to."""
    values = [float(line.get("value", 0)) for line in record.get("$amounts", []) if line]
    total = $number(values)
    if total > $constant:
        record["$field"] = "high"
        record["checked"] = True
    record["$amounts_total"] = total
    return record
'''.replace("$amounts_total", "${amounts}_total"),
        ("typing:Any",),
        "$constant = $limit.5",
    ),
    Unit(
        "record",
        '''
def $name(record: dict[str, Any], strict: bool = False) -> dict[str, Any]:
    """Check that the $field and the $other go together."""
    problems = []
    for key in ("$field", "$other", "id"):
        if key not in record:
            problems.append(f"{key} is missing")
        elif not record[key]:
            problems.append(f"{key} is empty")
    if problems and strict:
        raise ValueError("; ".join(problems))
    record.setdefault("problems", []).extend(problems)
    return record
''',
        ("typing:Any",),
    ),
    Unit(
        "record",
        '''
def $name(record: dict[str, Any]) -> dict[str, Any]:
    """Group the lines of a record by their $field."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for line in record.get("lines", []):
        groups.setdefault(line.get("$field", "none"), []).append(line)
    counts = {key: len(lines) for key, lines in groups.items()}
    largest = max(counts, key=lambda key: counts[key], default=None)
    return {**record, "groups": counts, "largest": largest, "$other": $text(str(largest))}
''',
        ("typing:Any",),
    ),
    Unit(
        "record",
        '''
def $name(record: dict[str, Any]) -> dict[str, Any]:
    """Move the dates of a record into one form."""
    for key in ("created", "updated", "due"):
        raw = record.get(key)
        if not raw:
            continue
        try:
            parsed = datetime.fromisoformat(raw)
        except ValueError:
            logger.warning("no date: %s", raw)
            record[key] = None
        else:
            record[key] = parsed.astimezone(timezone.utc).isoformat()
    return $record(record)
''',
        ("typing:Any", "datetime:datetime,timezone", "logging"),
        "logger = logging.getLogger(__name__)",
    ),
    Unit(
        "record",
        '''
def $name(record: dict[str, Any]) -> dict[str, Any]:
    """Decide by the $field which way a record goes."""
    field = record.get("$field", "")
    if field in ("new", "open"):
        step = "accept"
    elif field.startswith("$other"):
        step = "forward"
    elif field and record.get("$other"):
        step = "review"
    else:
        return $record(record)
    return {**record, "step": step, "label": f"{step}/{$text(field)}"}
''',
        ("typing:Any",),
    ),
    Unit(
        "record",
        '''
def $name(record: dict[str, Any]) -> dict[str, Any]:
    """Read the $field's limits, which lie beside the code."""
    with open(os.path.join(os.path.dirname(__file__), "$field.json"), encoding="utf-8") as source:
        limits = json.load(source)
    allowed = [name for name, limit in limits.items() if record.get(name, 0) <= limit]
    record["allowed"] = sorted(allowed)
    return record
''',
        ("typing:Any", "json", "os"),
    ),
)
