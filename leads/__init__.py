"""Who has been in touch. Below the features, which tell it what happened."""
