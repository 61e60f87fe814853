"""Settings of the Sphinx build."""

import sys
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from generate import write_reference  # noqa: E402 - the script stands beside this file

write_reference(HERE / "reference")

project = "Treuwerk"
author = "The Treuwerk authors"
copyright = "The Treuwerk authors, Apache-2.0"  # noqa: A001 - Sphinx's name
release = metadata.version("treuwerk")
extensions = ["myst_parser"]
exclude_patterns = ["_build", "changelog"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = f"Treuwerk {release}"
nitpicky = True
