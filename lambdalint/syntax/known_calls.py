"""What well-known calls do with a path, a file or a folder that they are given: keep it, hand it on, or use it up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

if TYPE_CHECKING:
    from lambdalint.syntax.module import Module


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


USING = _words(
    """
    builtins.all builtins.any builtins.bool builtins.hash builtins.int builtins.isinstance builtins.len
    builtins.max builtins.min builtins.print builtins.sum
    csv.DictWriter.writerow hashlib.file_digest hashlib.md5 hashlib.sha1 hashlib.sha256 filecmp.cmp
    imghdr.what json.dump json.load linecache.getlines mimetypes.guess_type
    numpy.load numpy.loadtxt numpy.save numpy.savetxt
    os.access os.chmod os.chown os.close os.listdir os.makedirs os.mkdir os.path.basename os.path.exists
    os.path.getctime os.path.getmtime os.path.getsize os.path.isdir os.path.isfile os.path.islink os.path.lexists
    os.path.splitext os.remove os.removedirs os.rmdir os.stat os.system os.truncate os.unlink os.utime os.write
    pandas.read_excel pandas.read_feather pandas.read_json pandas.read_parquet pandas.read_pickle
    pickle.dump pickle.load runpy.run_path
    shutil.chown shutil.copyfileobj shutil.copymode shutil.copystat shutil.disk_usage shutil.rmtree
    shutil.unpack_archive
    subprocess.call subprocess.check_call subprocess.check_output subprocess.getoutput subprocess.run
    time.sleep tomllib.load urllib.request.urlretrieve uuid.UUID yaml.dump yaml.safe_dump yaml.safe_load
    zipfile.is_zipfile tarfile.is_tarfile zlib.crc32
    """
)
"""Calls that have used what they were given when they return, and whose result holds nothing of it."""

HANDING_ON = _words(
    """
    bz2.open builtins.bytes builtins.dict builtins.enumerate builtins.format builtins.frozenset builtins.iter
    builtins.list builtins.map builtins.filter builtins.next builtins.open builtins.repr builtins.reversed builtins.set
    builtins.sorted builtins.str builtins.tuple builtins.zip
    codecs.open contextlib.closing copy.copy csv.DictReader csv.DictWriter csv.reader csv.writer
    glob.glob glob.iglob gzip.GzipFile gzip.open io.BufferedReader io.FileIO io.TextIOWrapper io.open
    json.dumps lzma.open mmap.mmap
    os.fdopen os.fsdecode os.fsencode os.fspath os.open os.path.abspath os.path.dirname os.path.expanduser
    os.path.join os.path.normpath os.path.realpath os.path.relpath os.path.split os.scandir os.walk
    pathlib.Path pathlib.PosixPath pathlib.PurePath PIL.Image.open shelve.open
    shutil.copy shutil.copy2 shutil.copyfile shutil.copytree shutil.make_archive shutil.move
    sqlite3.connect subprocess.Popen tarfile.TarFile tarfile.open urllib.parse.quote
    zipfile.Path zipfile.ZipFile
    """
)
"""Calls that keep nothing, and whose result holds what they were given, or still reads it."""

LATER = _words(
    """
    apply_async callback create_task ensure_future enter_context map_async partial push register
    run_coroutine_threadsafe run_in_executor start_new_thread starmap_async submit
    Process Thread Timer Greenlet spawn
    """
)
"""Last parts of the names of calls that use what they are given after they return."""

STORING = _words("add append appendleft extend insert put put_nowait setdefault update __setitem__ setattr")
"""Methods that put what they are given into their object."""

FINISHED = _words(
    """
    close closed chmod critical debug decode error exception exists extract extractall fileno flush getinfo getsize
    getvalue hexdigest info infolist is_dir is_file isatty isdigit lower mkdir namelist read read_bytes read_text
    readable readinto readline readlines rename rmdir save seek stat startswith endswith tell touch truncate unlink
    warning writable write write_bytes write_text writelines writeheader writerow writerows writestr
    """
)
"""Methods of paths, files and archives whose result holds nothing of them."""

AT_ONCE = _words(
    """
    critical debug error exception info log warning write writelines writerow writerows writestr read readinto
    upload_file upload_fileobj download_file download_fileobj put_object put_file extract extractall
    to_csv to_excel to_feather to_json to_parquet to_pickle joinpath format join startswith endswith
    """
)
"""Methods that have used what they are given when they return, of loggers, files, archives, S3 clients, tables."""


def qualified_name(module: Module, call: cst.Call) -> str:
    """Return the full name of what *call* calls, as far as imports and built-ins tell; empty if they do not."""
    scope = module.scope(call)
    found = sorted(scope.get_qualified_names_for(call.func), key=lambda one: one.name) if scope else []
    names = [one.name for one in found if one.source.name in {"IMPORT", "BUILTIN"}]
    return names[0] if len(found) == 1 and names else ""


def last_name(call: cst.Call) -> str:
    """Return the last part of the name that *call* is written with; empty where it has none."""
    func = call.func
    if isinstance(func, cst.Attribute):
        return func.attr.value
    return func.value if isinstance(func, cst.Name) else ""
