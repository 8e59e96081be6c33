"""The evaluation as people see it: pictures first, the table beside each, nothing unreleased."""
