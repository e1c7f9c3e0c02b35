"""nbgrader's view of a course's folders, made to bear what students put there."""

from __future__ import annotations

import datetime

from nbgrader.coursedir import CourseDirectory


class TolerantDirectory(CourseDirectory):
    """nbgrader's CourseDirectory, for which a damaged timestamp.txt is no timestamp instead of an error."""

    def get_existing_timestamp(self, dest_path: str) -> datetime.datetime | None:
        """The time of submission in UTC, None if there is none that can be read."""
        try:
            found: datetime.datetime | None = super().get_existing_timestamp(dest_path)
        except (AttributeError, ValueError, OverflowError, OSError):
            return None
        return found
