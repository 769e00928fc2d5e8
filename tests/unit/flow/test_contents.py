"""Where the content of files in ``/tmp`` comes from and goes to, and where their paths go."""

from __future__ import annotations

import pytest
from snippets import Analysed, analysed, invoked

HELD = "with open('/tmp/a', 'w') as out:  # made\n    "

ORIGINS = {
    "a constant": (False, False, HELD + "out.write('x')"),
    "the event": (True, True, HELD + "out.write(event['x'])"),
    "the whole event": (True, True, "json.dump(event, open('/tmp/a', 'w'))  # made"),
    "a part of the event, by pathlib": (True, True, "Path('/tmp/a').write_text(event['x'])  # made"),
    "a decoded body": (True, True, HELD + "out.write(base64.b64decode(event['body']))"),
    "what is new each time": (False, True, HELD + "out.write(str(uuid.uuid4()))"),
    "the time": (False, True, "Path('/tmp/a').write_text(str(time.time()))  # made"),
    "an answer that the event asks for": (False, True, HELD + "out.write(requests.get(event['x']).text)"),
    "an object that the event names": (False, True, "s3.download_file('b', event['x'], '/tmp/a')  # made"),
    "a fixed object": (False, False, "s3.download_file('b', 'k', '/tmp/a')  # made"),
    "lines in a loop": (True, True, HELD + "for row in event['rows']:\n        out.write(row)"),
    "a file of the package": (False, False, "shutil.copy('/var/task/a.db', '/tmp/a')  # made"),
    "another file in tmp with new content": (
        False,
        True,
        "Path('/tmp/b').write_text(event['x'])\nshutil.copy('/tmp/b', '/tmp/a')  # made",
    ),
}


@pytest.mark.parametrize(("request_content", "new_content", "body"), ORIGINS.values(), ids=ORIGINS)
def test_the_origin_of_content_is_known(request_content: bool, new_content: bool, body: str) -> None:
    lifetime = invoked(body).lifetime()
    assert (lifetime.request_content, lifetime.new_content) == (request_content, new_content)


FETCHES = {
    "an object": ("s3.download_file('b', 'k', '/tmp/a')  # made, fetched", True),
    "an object, by a resource": (
        "boto3.resource('s3').Bucket('b').download_file('k', '/tmp/a')  # made, fetched",
        True,
    ),
    "an object, into a file": (
        "with open('/tmp/a', 'wb') as out:  # made\n    s3.download_fileobj('b', 'k', out)  # fetched",
        True,
    ),
    "an address": ("urllib.request.urlretrieve('https://example.org', '/tmp/a')  # made, fetched", True),
    "the package": ("shutil.copy('/var/task/a', '/tmp/a')  # made, fetched", True),
    "a layer": ("shutil.copytree('/opt/a', '/tmp/a')  # made, fetched", True),
    "a mount": ("shutil.copy('/mnt/data/a', '/tmp/a')  # made, fetched", False),
    "another file in tmp": ("shutil.copy('/tmp/b', '/tmp/a')  # made", False),
    "nothing": ("open('/tmp/a', 'w')  # made", False),
}


def _line_of(found: Analysed, step: str, mark: str = "made") -> str | None:
    noted = getattr(found.lifetime(mark), step)
    return None if noted is None else found.mark(noted.span.line)


@pytest.mark.parametrize(("body", "fetched"), FETCHES.values(), ids=FETCHES)
def test_content_is_fetched_from_a_durable_place(body: str, fetched: bool) -> None:
    found = invoked(body)
    assert (found.lifetime().fetched is not None) is fetched
    assert "fetched" in (_line_of(found, "fetched") or "fetched")


STORES = {
    "an upload": "s3.upload_file('/tmp/a', 'b', 'k')  # stored",
    "an upload by keywords": "s3.upload_file(Filename='/tmp/a', Bucket='b', Key='k')  # stored",
    "an upload by a resource": "boto3.resource('s3').Bucket('b').upload_file('/tmp/a', 'k')  # stored",
    "an open file": "with open('/tmp/a', 'rb') as body:\n    s3.upload_fileobj(body, 'b', 'k')  # stored",
    "a body": "s3.put_object(Bucket='b', Key='k', Body=open('/tmp/a').read())  # stored",
    "a body in a variable": "data = Path('/tmp/a').read_bytes()\ns3.put_object(Bucket='b', Body=data)  # stored",
    "a request": "requests.post('https://example.org', files={'a': open('/tmp/a', 'rb')})  # stored",
    "a part of a message": "rows = [open('/tmp/a').read()]\nsqs.send_message(MessageBody=json.dumps(rows))  # stored",
    "a whole folder": "for name in os.listdir('/tmp'):\n    s3.upload_file('/tmp/' + name, 'b', name)  # stored",
}


@pytest.mark.parametrize("storing", STORES.values(), ids=STORES)
def test_content_is_stored(storing: str) -> None:
    assert _line_of(invoked(f"open('/tmp/a', 'w').write(event['x'])  # made\n{storing}"), "stored") == "stored"


@pytest.mark.parametrize(
    "other",
    [
        "s3.upload_file('/tmp/b', 'b', 'k')",
        "s3.put_object(Bucket='b', Key='k', Body='x')",
        "s3.get_object(Bucket='b', Key='k')",
        "print(open('/tmp/a').read())",
        "open('/tmp/b', 'w').write(open('/tmp/a').read())",
    ],
)
def test_content_that_stays_is_not_stored(other: str) -> None:
    assert invoked(f"open('/tmp/a', 'w').write(event['x'])  # made\n{other}").lifetime().stored is None


def test_content_is_stored_by_way_of_an_archive() -> None:
    body = """
    open("/tmp/a", "w").write(event["x"])  # made
    with zipfile.ZipFile("/tmp/a.zip", "w") as archive:  # archive
        archive.write("/tmp/a")
    s3.upload_file("/tmp/a.zip", "b", "k")  # stored
    """
    found = invoked(body)
    assert (_line_of(found, "stored"), _line_of(found, "stored", "archive")) == ("stored", "stored")


ESCAPES = {
    "in a dictionary": "return {'path': '/tmp/a'}",
    "in a list": "return ['/tmp/a']",
    "in a body": "return {'statusCode': 200, 'body': json.dumps({'path': '/tmp/a'})}",
    "in a message": "sqs.send_message(QueueUrl='q', MessageBody='/tmp/a')",
    "in an encoded message": "sqs.send_message(QueueUrl='q', MessageBody=json.dumps({'path': '/tmp/a'}))",
    "in an item": "boto3.resource('dynamodb').Table('t').put_item(Item={'path': '/tmp/a'})",
    "to another function": "boto3.client('lambda').invoke(FunctionName='f', Payload=json.dumps({'path': '/tmp/a'}))",
    "in the event": "event['path'] = '/tmp/a'\nreturn event",
}
STAYS = {
    "as it is": "return '/tmp/a'",
    "its name": "return {'name': os.path.basename('/tmp/a')}",
    "its content": "return {'body': open('/tmp/a').read()}",
    "another path": "return {'path': '/tmp/b'}",
    "in a local": "answer = {'path': '/tmp/a'}\nreturn {}",
    "into the log": "print({'path': '/tmp/a'})",
}


@pytest.mark.parametrize("body", ESCAPES.values(), ids=ESCAPES)
def test_a_path_leaves_the_invocation(body: str) -> None:
    assert invoked(f"open('/tmp/a', 'w')  # made\n{body}").lifetime().escapes is not None


@pytest.mark.parametrize("body", STAYS.values(), ids=STAYS)
def test_a_path_stays_in_the_invocation(body: str) -> None:
    assert invoked(f"open('/tmp/a', 'w')  # made\n{body}").lifetime().escapes is None


DATABASES = {
    "changed": (True, "connection.execute('insert into orders values (1)')"),
    "changed by way of a cursor": (True, "cursor = connection.cursor()\ncursor.execute('UPDATE orders SET a = 1')"),
    "committed": (True, "connection.commit()"),
    "asked": (False, "connection.execute('select 1')"),
    "asked and closed": (False, "connection.execute('  SELECT 1').fetchall()\nconnection.close()"),
}


@pytest.mark.parametrize(("new", "use"), DATABASES.values(), ids=DATABASES)
def test_a_database_is_new_content_where_it_is_changed(new: bool, use: str) -> None:
    found = invoked(f"connection = sqlite3.connect('/tmp/a.db')  # made\n{use}")
    assert found.lifetime().new_content is new


def test_a_database_that_is_filled_where_it_is_missing_is_not_new() -> None:
    body = """
    if not os.path.exists("/tmp/a.db"):
        connection = sqlite3.connect("/tmp/a.db")  # made
        connection.execute("create table orders (id)")
    """
    assert not invoked(body).lifetime().new_content


def test_an_upload_of_a_web_application_is_content_of_the_request() -> None:
    lifetime = analysed("""
from fastapi import FastAPI, UploadFile
from mangum import Mangum
app = FastAPI()

@app.post("/files")
def receive(file: UploadFile):
    with open("/tmp/a", "wb") as out:  # made
        shutil.copyfileobj(file.file, out)

handler = Mangum(app)
""").lifetime()
    assert (lifetime.request_content, lifetime.new_content) == (True, True)


def test_a_name_from_a_file_is_told_readably() -> None:
    found = analysed(
        """
        def handler(event, context):
            with open("/tmp/" + event["key"] + ".json") as file:
                data = json.load(file)
            open("/tmp/" + data["label"] + ".wav", "w")  # made
        """
    )
    assert found.effect().place.path == "/tmp/{contents of /tmp/{event['key']}.json['label']}.wav"
