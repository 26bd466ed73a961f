/** Both servers of a comparison run in this process and read its clock, so that one of it is enough. */

/** Present time in seconds since the epoch. */
export const now = (): number => Math.floor(Date.now() / 1000);

/** Does `work` with the clock of the process put forward. Nothing else may run meanwhile. */
export async function later<T>(seconds: number, work: () => Promise<T>): Promise<T> {
  const real = Date.now;
  Date.now = () => real() + seconds * 1000;
  try {
    return await work();
  } finally {
    Date.now = real;
  }
}
