// From the post to the pixels: how long a message that somebody else posts takes until it is on a reader's screen.
// `npm run measure` prints it and asserts nothing: a busy machine is slow, and that is no fault of the page.
