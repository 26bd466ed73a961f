/** How many bytes the body of an answer may have, 10 MiB: what is longer is refused unread. No list of the vendors' comes near. */
export const MAX_BODY_BYTES = 10 * 1024 * 1024;
