"""The conversation gap: the questions, the model that scores them, the report."""
