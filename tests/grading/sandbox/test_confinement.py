"""What a confinement refuses to be made of."""

from pathlib import Path

import pytest

from rnn_course.grading.sandbox import Confinement


@pytest.mark.parametrize("name", ["memory_bytes", "processes", "file_bytes", "cpu_seconds", "disk_bytes"])
@pytest.mark.parametrize("value", [0, -1, 1.5, True, "1"])
def test_a_limit_is_a_positive_whole_number(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"{name} is {value!r}"):
        Confinement(**{name: value})


@pytest.mark.parametrize("name", ["/etc/passwd", "../outside", "a/../../b", "", "a\0b"])
def test_files_stay_in_the_private_folder(name: str) -> None:
    with pytest.raises(ValueError, match="expected a relative path"):
        Confinement(files={name: b""})


@pytest.mark.parametrize("name", ["readable", "writable", "hidden"])
def test_paths_are_absolute(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} holds here, expected absolute paths"):
        Confinement(**{name: (Path("here"),)})


def test_too_few_files_for_a_python() -> None:
    with pytest.raises(ValueError, match="open_files is 3"):
        Confinement(open_files=3)
