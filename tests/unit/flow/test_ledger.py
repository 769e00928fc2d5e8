"""Accounts of what is made in ``/tmp``: which removals count, what a wipe bounds, what is made where it is missing."""

from __future__ import annotations

import pytest
from snippets import analysed, fate, invoked, marked, with_path

from lambdalint.model import EffectKind, Removal

ALWAYS, ON_SUCCESS, SOMETIMES, NEVER = Removal.ALWAYS, Removal.ON_SUCCESS, Removal.SOMETIMES, Removal.NEVER

REMOVALS = [
    "os.remove(path)",
    "os.unlink(path)",
    "Path(path).unlink()",
    "Path(path).unlink(missing_ok=True)",
    "shutil.rmtree(path)",
    "shutil.move(path, '/mnt/data/x')",
    "os.system(f'rm -f {path}')",
    "subprocess.run(['rm', '-rf', path])",
    "subprocess.run(f'rm -rf {path}', shell=True)",
    "[os.remove(each) for each in [path]]",
    "list(map(os.remove, [path]))",
    "for each in [path, path + '.part']:\n    os.remove(each)",
    "for each in {'a': path}.values():\n    os.remove(each)",
    "for each in glob.glob('/tmp/*'):\n    os.remove(each)",
    "for each in glob.glob(path + '*'):\n    os.remove(each)",
    "for name in os.listdir('/tmp'):\n    os.remove(os.path.join('/tmp', name))",
    "if os.path.exists(path):\n    os.remove(path)",
    "if os.path.isfile(path):\n    os.remove(path)",
    "if Path(path).exists():\n    Path(path).unlink()",
    "if not os.path.exists(path):\n    return 1\nos.remove(path)",
    "if path:\n    os.remove(path)",
]
OTHERS = [
    "os.remove(path + '.part')",
    "os.remove(f'/tmp/{uuid.uuid4()}')",
    "os.rmdir('/tmp/work')",
    "for each in glob.glob('/tmp/*.zip'):\n    os.remove(each)",
    "shutil.rmtree('/tmp/work')",
    "shutil.copy(path, '/mnt/data/x')",
    "open(path, 'w').truncate(0)",
    "os.chmod(path, 0o600)",
    "del path",
]


@pytest.mark.parametrize("removal", REMOVALS)
def test_a_removal_counts_however_it_is_written(removal: str) -> None:
    found = invoked(f"path = f'/tmp/{{uuid.uuid4()}}.csv'\nopen(path, 'w')  # made\n{removal}")
    assert fate(found) == (ALWAYS, None, None)


@pytest.mark.parametrize("other", OTHERS)
def test_what_does_not_remove_it_does_not_count(other: str) -> None:
    found = invoked(f"path = f'/tmp/{{uuid.uuid4()}}.csv'\nopen(path, 'w')  # made\n{other}")
    assert fate(found) == (NEVER, None, None)


LISTS = {
    "appended": (ALWAYS, "done.append(path)", "for each in done:\n    os.remove(each)"),
    "extended": (ALWAYS, "done.extend([path])", "for each in done:\n    os.remove(each)"),
    "added": (ALWAYS, "done += [path]", "for each in done:\n    os.remove(each)"),
    "popped": (ALWAYS, "done.append(path)", "while done:\n    os.remove(done.pop())"),
    "in reverse": (ALWAYS, "done.append(path)", "for each in reversed(done):\n    os.remove(each)"),
    "of pairs": (ALWAYS, "done.append((path, 1))", "for each, _ in done:\n    os.remove(each)"),
    "of other paths": (NEVER, "done.append(path + '.part')", "for each in done:\n    os.remove(each)"),
    "in part": (
        SOMETIMES,
        "done.append(path)",
        "for each in done:\n    if event['x']:\n        os.remove(each)  # removal",
    ),
}


@pytest.mark.parametrize(("removed", "keep", "removal"), LISTS.values(), ids=LISTS)
def test_a_list_of_paths_is_removed(removed: Removal, keep: str, removal: str) -> None:
    body = f"""
done = []
for row in event["rows"]:
    path = f"/tmp/{{uuid.uuid4()}}"
    open(path, "w")  # made
    {keep}
{removal}
"""
    found = invoked(body)
    assert fate(found) == marked(found, removed)


FOLDERS = {
    "with all below it": (ALWAYS, ALWAYS, "shutil.rmtree(folder)"),
    "minding no failure": (ALWAYS, ALWAYS, "shutil.rmtree(folder, ignore_errors=True)"),
    "by a program": (ALWAYS, ALWAYS, "subprocess.run(['rm', '-rf', folder])"),
    "with its parent": (ALWAYS, ALWAYS, "shutil.rmtree(os.path.dirname(folder))"),
    "one after the other": (ALWAYS, ALWAYS, "os.remove(path)\nos.rmdir(os.path.dirname(path))\nos.rmdir(folder)"),
    "the file alone": (NEVER, ALWAYS, "os.remove(path)"),
    "only what it lists": (NEVER, NEVER, "for name in os.listdir(folder):\n    os.remove(os.path.join(folder, name))"),
    "what a walk finds": (
        NEVER,
        ALWAYS,
        "for root, _, names in os.walk(folder):\n    for name in names:\n        os.remove(os.path.join(root, name))",
    ),
    "another folder": (NEVER, NEVER, "shutil.rmtree(folder + '-old')"),
}


@pytest.mark.parametrize(("folder", "file", "removal"), FOLDERS.values(), ids=FOLDERS)
def test_a_folder_goes_with_what_lies_in_it(folder: Removal, file: Removal, removal: str) -> None:
    body = f"""
folder = f"/tmp/jobs/{{uuid.uuid4()}}"
path = folder + "/in/a.txt"
os.makedirs(folder)  # folder
open(path, "w")  # file
{removal}
"""
    found = invoked(body)
    assert (fate(found, "folder")[0], fate(found, "file")[0]) == (folder, file)


MOVES = {
    "to a fixed name": (ALWAYS, NEVER, True, "os.replace(path, '/tmp/final')  # moved"),
    "by pathlib": (ALWAYS, NEVER, True, "Path(path).rename('/tmp/final')  # moved"),
    "by shutil": (ALWAYS, NEVER, True, "shutil.move(path, '/tmp/final')  # moved"),
    "to a new name": (ALWAYS, NEVER, False, "os.rename(path, f'/tmp/{event[\"x\"]}')  # moved"),
    "to a new name that is removed": (
        ALWAYS,
        ALWAYS,
        True,
        "os.rename(path, path + '.b')  # moved\nos.remove(path + '.b')",
    ),
}


@pytest.mark.parametrize(("source", "target", "bounded", "move"), MOVES.values(), ids=MOVES)
def test_a_move_takes_the_file_to_its_new_name(source: Removal, target: Removal, bounded: bool, move: str) -> None:
    found = with_path(f"open(path, 'w')  # made\n{move}")
    assert (fate(found)[0], fate(found, "moved")[0]) == (source, target)
    assert found.effect("moved").kind is EffectKind.RENAME
    assert found.lifetime("moved").bounded is bounded


WIPES = {
    "all files": ("for name in os.listdir('/tmp'):\n    os.remove('/tmp/' + name)", True),
    "all paths": ("for path in Path('/tmp').iterdir():\n    path.unlink()", True),
    "a pattern": ("for path in glob.glob('/tmp/*.csv'):\n    os.remove(path)", True),
    "a pattern of pathlib": ("for path in Path('/tmp').glob('*.csv'):\n    path.unlink()", True),
    "a prefix": ("for path in glob.glob('/tmp/in-*'):\n    os.remove(path)", True),
    "a walk": (
        "for root, _, names in os.walk('/tmp'):\n    for name in names:\n        os.remove(os.path.join(root, name))",
        True,
    ),
    "by a program": ("os.system('rm -rf /tmp/*')", True),
    "what is old": (
        "for path in glob.glob('/tmp/*'):\n    if time.time() - os.path.getmtime(path) > 60:\n        os.remove(path)",
        True,
    ),
    "another pattern": ("for path in glob.glob('/tmp/*.zip'):\n    os.remove(path)", False),
    "another prefix": ("for path in glob.glob('/tmp/out-*'):\n    os.remove(path)", False),
    "another folder": ("shutil.rmtree('/tmp/work', ignore_errors=True)", False),
    "the folder of this request": ("shutil.rmtree(f'/tmp/{event[\"x\"]}', ignore_errors=True)", False),
    "only a look": ("print(os.listdir('/tmp'))", False),
}
WRITE = 'open(f"/tmp/in-{event["k"]}.csv", "w")  # made'.replace('event["k"]', "event['k']")


@pytest.mark.parametrize(("wipe", "bounded"), WIPES.values(), ids=WIPES)
def test_a_wipe_at_the_start_bounds_what_is_left(wipe: str, bounded: bool) -> None:
    lifetime = invoked(f"{wipe}\n{WRITE}").lifetime()
    assert (lifetime.bounded, lifetime.removed) == (bounded, NEVER)


def test_a_wipe_in_another_function_counts() -> None:
    before = "def tidy():\n    for name in os.listdir('/tmp'):\n        os.remove(f'/tmp/{name}')\n"
    assert invoked(f"tidy()\n{WRITE}", before).lifetime().bounded


def test_a_folder_that_is_emptied_first_bounds_what_is_put_there() -> None:
    body = """
    shutil.rmtree("/tmp/work", ignore_errors=True)
    os.makedirs("/tmp/work")
    open(f"/tmp/work/{uuid.uuid4()}/a", "w")  # made
    open(f"/tmp/{uuid.uuid4()}", "w")  # beside
    """
    found = invoked(body)
    assert (found.lifetime().bounded, found.lifetime("beside").bounded) == (True, False)


CACHES = {
    "where it is missing": ("if not os.path.exists('/tmp/m'):\n    {}", True),
    "by pathlib": ("if not Path('/tmp/m').is_file():\n    {}", True),
    "after an early return": ("if os.path.exists('/tmp/m'):\n    return 1\n{}", True),
    "behind a marker in it": ("if not os.path.exists('/tmp/m/.done'):\n    {}", True),
    "where it is there": ("if os.path.exists('/tmp/m'):\n    {}", False),
    "where something else is missing": ("if not os.path.exists('/tmp/other'):\n    {}", False),
    "missing or unwanted": ("if not os.path.exists('/tmp/m') or event['x']:\n    {}", False),
    "missing and wanted": ("if not os.path.exists('/tmp/m') and event['x']:\n    {}", True),
    "untested": ("{}", False),
}


@pytest.mark.parametrize(("test", "cached"), CACHES.values(), ids=CACHES)
def test_a_cache_is_made_where_a_test_found_it_missing(test: str, cached: bool) -> None:
    found = invoked(test.format("s3.download_file('b', 'k', '/tmp/m')  # made"))
    assert found.lifetime().cached is cached


CONDITIONS = {
    "a path that may be None": (ALWAYS, "path = None", "", "if path is not None:\n    os.remove(path)"),
    "a path that may be empty": (ALWAYS, "path = ''", "", "if path:\n    os.remove(path)"),
    "a flag": (ALWAYS, "made = False", "made = True", "if made:\n    os.remove(path)"),
    "something else": (SOMETIMES, "", "", "if event['y']:\n    os.remove(path)  # removal"),
}


@pytest.mark.parametrize(("removed", "start", "note", "removal"), CONDITIONS.values(), ids=CONDITIONS)
def test_a_removal_where_there_is_something_to_remove(removed: Removal, start: str, note: str, removal: str) -> None:
    body = f"""
{start}
if event["x"]:
    path = f"/tmp/{{uuid.uuid4()}}"
    open(path, "w")  # made
    {note}
{removal}
"""
    found = invoked(body)
    assert fate(found) == marked(found, removed)


APPENDS = {
    "forever": (NEVER, ""),
    "and removed": (ALWAYS, "os.remove('/tmp/log')"),
    "and removed when it is large": (ALWAYS, "if os.path.getsize('/tmp/log') > 100:\n    os.remove('/tmp/log')"),
    "and opened anew": (ALWAYS, "open('/tmp/log', 'w')"),
    "and another file is removed": (NEVER, "os.remove('/tmp/other')"),
}


@pytest.mark.parametrize(("removed", "removal"), APPENDS.values(), ids=APPENDS)
def test_a_file_that_is_appended_to_is_emptied_or_grows(removed: Removal, removal: str) -> None:
    lifetime = invoked(f"open('/tmp/log', 'a').write('x')  # made\n{removal}").lifetime()
    assert lifetime.removed is removed


def test_what_lies_elsewhere_has_no_lifetime() -> None:
    found = analysed("def handler(event, context):\n    open(f'/mnt/data/{uuid.uuid4()}', 'w')  # made\n")
    assert found.effects() == []
