"""What difference it made, from a table: each module answers one question, and says how sure it can be.

`reading` brings columns in, with the row of whatever will not do; `expression` says which rows are meant.
`baseline` describes groups side by side, and `release` protects that. `change` looks at each woman before and
after, `survival` and `hazards` at how long until something happens, `propensity`, `matching`, `balance` and
`effect` at a comparison group, `proportions` at two published figures, `fairness` at whom a flag is wrong
about. Results are plain data in full precision: what cannot be computed is None, never NaN.
"""
