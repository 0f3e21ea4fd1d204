"""The scripts of this folder are run by a test, not collected."""

collect_ignore_glob = ["*.py"]
