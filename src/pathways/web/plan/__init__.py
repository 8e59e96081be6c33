"""The plan of the evaluation as people see and change it, and the records of the programme."""
