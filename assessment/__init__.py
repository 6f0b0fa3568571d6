"""The conversation gap: the questions, the model that scores them, the report."""

import os

# The sums are small: threads of the linear algebra would only wait for each other, and for those of other requests.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
