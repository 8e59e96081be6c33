"""Police: flagging a woman, and what the single point of contact does with a flag."""
