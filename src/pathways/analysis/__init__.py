"""What is counted: tables in, tables out. Nothing here knows Django, a database or a page."""
