"""Who works here: accounts, sign-in, and what each may do."""
