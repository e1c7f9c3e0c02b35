"""The site: guides and executed notebooks, whose widgets work without a kernel and without any other server.

Built by `make site`. Every script that a page loads lies in _static/vendor (see web_files.py).
"""

from __future__ import annotations

import os
import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
os.environ.setdefault("OMP_NUM_THREADS", "1")

from web_files import provide

provide()

project = "Recurrent neural networks for language"
author = "The authors of rnn_course"
project_copyright = author
release = version = version_of("rnn-course")
language = "en"

extensions = ["myst_nb"]
exclude_patterns = ["_build"]
html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["_static"]
html_theme_options = {"show_navbar_depth": 1, "use_download_button": False, "use_fullscreen_button": False}
html_show_sourcelink = False

# Notebooks are executed where the cache has no outputs of theirs; an error stops the build.
nb_execution_mode = "cache"
nb_execution_cache_path = str(Path(__file__).parent / "_build" / "notebooks")
nb_execution_timeout = 180
nb_execution_raise_on_error = True
nb_merge_streams = True
myst_enable_extensions = ["amsmath", "dollarmath"]
suppress_warnings = ["myst.xref_missing"]  # links to folders that the site lacks

# Widgets and formulas from the site itself. RequireJS stands last: scripts after it would load through it.
mathjax_path = "vendor/tex-svg.js"
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
html_js_files = [
    ("vendor/require.js", {"priority": 900}),
    ("widgets.js", {"priority": 901}),
    ("vendor/embed-amd.js", {"priority": 902}),
]
html_css_files = ["site.css"]
