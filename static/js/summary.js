// Brings whoever made a slip to the list of what is wrong.
document.querySelector("[data-error-summary]")?.focus();
