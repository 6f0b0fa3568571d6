"""Stories: Markdown files read into frozen values, shown as pages and as a feed."""
