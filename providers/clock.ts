/** Whether this machine's clock is apart from a server's, which the `Date` of its answers tells. */

/** Seconds by which our clock is ahead of the server's, negative: behind; undefined without a `Date`. `now`: when the request was sent. Off by a second and the request's way. */
export function clockAhead(headers: Readonly<Record<string, string>>, now: number): number | undefined {
  const told = Date.parse(headers.date ?? "");
  return Number.isNaN(told) ? undefined : Math.round((now - told) / 1000);
}

/** In words, for what a difference of a minute or more may explain; undefined for less. */
export function clockApart(ahead: number | undefined, whose: string): string | undefined {
  if (ahead === undefined || Math.abs(ahead) < 60) return undefined;
  return `This machine's clock is ${inWords(Math.abs(ahead))} ${ahead > 0 ? "ahead of" : "behind"} ${whose}: set it right, best by a time server (NTP)`;
}

/** `40 seconds`, `5 minutes`, `3 hours`. */
export function inWords(seconds: number): string {
  const [count, unit] =
    seconds < 120 ? [seconds, "second"] : seconds < 7200 ? [seconds / 60, "minute"] : [seconds / 3600, "hour"];
  const whole = Math.round(count);
  return `${whole} ${unit}${whole === 1 ? "" : "s"}`;
}
