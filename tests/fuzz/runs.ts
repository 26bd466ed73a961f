/** How many cases each part of the fuzz run plays. */
export const SETTINGS_RUNS = 7500;
/** For each of the clients. */
export const ANSWER_RUNS = 500;
export const CLIENTS = 5;
/** For each of the two places where a name goes into a URL. */
export const NAME_RUNS = 500;
/** For each operation of each resource. */
export const OPERATION_RUNS = 10;
/** Heads of answers, for each of the clients that get them. */
export const HEAD_RUNS = 200;
/** For each of the ways in which Okta is asked. */
export const OKTA_RUNS = 25;
