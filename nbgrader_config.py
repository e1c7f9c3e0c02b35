"""Where nbgrader finds this course: every `nbgrader` command and the formgrader work from this folder."""

c = get_config()

c.CourseDirectory.course_id = "rnn-course"
# solutions/ is the only version that is edited by hand; assignments/ is made from it.
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"
# nbgrader gives out every file that lies beside a source notebook, except these.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "rubric.md"]

# Seconds for one cell. A check takes under 2; the first import of torch on a busy machine can take 10.
c.Execute.timeout = 60

# What a student wrote is cleaned before the formgrader shows it: no script of theirs runs in your browser.
c.HTMLExporter.preprocessors = ["rnn_course.grading.safe_html.CleanMarkdown"]
c.HTMLExporter.sanitize_html = True
