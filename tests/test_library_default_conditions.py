"""Defaults of libraries under conditions that no single row shows: what is told elsewhere, and what is told in vain."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from lambdalint.engine.run import check
from lambdalint.model import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from lambdalint.model import Finding

REPORTED = {
    "an extension of DuckDB through a cursor": """
        import duckdb
        duckdb.connect().cursor().execute('INSTALL httpfs')
    """,
    "a secret of DuckDB in several lines": """
        import duckdb
        duckdb.sql('''
            CREATE OR REPLACE SECRET s (TYPE s3)
        ''')
    """,
    "a post of Instaloader into a folder that is named like /tmp": """
        import instaloader
        instaloader.Instaloader(download_videos=False).download_post(event['post'], target='tmp')
    """,
    "a crew with a memory, once": """
        from crewai import Crew
        Crew(agents=[], tasks=[], memory=True)
    """,
    "a browser that is started asynchronously": """
        import asyncio
        from playwright.async_api import async_playwright
        async def run():
            async with async_playwright() as play:
                await play.chromium.launch(headless=True)
        asyncio.run(run())
    """,
    "the first of the streams of a film": """
        from pytubefix import YouTube
        YouTube(event['url']).streams.filter(only_audio=True).first().download()
    """,
    "a run in the default store of MLflow": """
        import mlflow
        with mlflow.start_run() as run:
            mlflow.log_metric('a', 1)
    """,
}
SILENT = {
    "an extension of DuckDB behind its home in the same text": """
        import duckdb
        duckdb.execute("SET home_directory='/tmp'; INSTALL httpfs")
    """,
    "an extension of DuckDB that is in the package": """
        import duckdb
        connection = duckdb.connect()
        connection.execute("LOAD '/opt/httpfs.duckdb_extension'")
        connection.execute('CREATE SECRET s (TYPE s3)')
    """,
    "a text that speaks of an installation": """
        import duckdb
        duckdb.execute("INSERT INTO t VALUES ('please install it')")
    """,
    "a post of Instaloader into a path": """
        from pathlib import Path
        import instaloader
        instaloader.Instaloader().download_post(event['post'], target=Path('/tmp/posts'))
    """,
    "a film without sound": """
        from moviepy import ImageSequenceClip
        ImageSequenceClip(event['images'], fps=24).write_videofile('/tmp/out.mp4')
    """,
    "a driver of Selenium that stands first": """
        from selenium import webdriver
        webdriver.Chrome('/opt/chromedriver')
    """,
    "a store of MLflow that a variable names": """
        import os
        import mlflow
        mlflow.set_tracking_uri(os.environ['STORE'])
        mlflow.start_run()
    """,
    "a download in a working directory that can be written": """
        import os
        import instaloader
        os.chdir('/tmp')
        instaloader.Instaloader().download_profile('name')
    """,
    "a home in /tmp": """
        import os
        os.environ['HOME'] = '/tmp'
        import kaggle
        from crewai import Crew
        Crew(agents=[], tasks=[])
    """,
}


def findings(code: str, folder: Path) -> list[Finding]:
    body = textwrap.indent(textwrap.dedent(code), "    ")
    (folder / "app.py").write_text(f"def handler(event, context):\n{body}\n")
    report = check([folder], Settings(cache=False), cwd=folder)
    return [finding for finding in report.findings if finding.code.startswith("LMB1")]


@pytest.mark.parametrize("code", REPORTED.values(), ids=REPORTED)
def test_reported(code: str, tmp_path: Path) -> None:
    assert [finding.code for finding in findings(code, tmp_path)] == ["LMB106"]


@pytest.mark.parametrize("code", SILENT.values(), ids=SILENT)
def test_silent(code: str, tmp_path: Path) -> None:
    assert not [finding.message for finding in findings(code, tmp_path)]
