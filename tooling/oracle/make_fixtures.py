"""Regenerates every fixture: runs each *_fixtures.py beside this file, or those named: make_fixtures.py cells sequence."""
import importlib
import pathlib
import sys

here = pathlib.Path(__file__).parent
sys.path.insert(0, str(here))
names = sys.argv[1:] or sorted(path.stem.removesuffix("_fixtures") for path in here.glob("*_fixtures.py") if path.stem != "make_fixtures")
for name in names:
    importlib.import_module(f"{name}_fixtures").main()
