// @ts-check

/**
 * The first `major.minor.patch` in a text such as `v3.259.0`, `go version go1.26.8 linux/amd64` or `3.260.0-alpha.1`.
 * @param {string} text
 * @returns {{ numbers: [number, number, number], prerelease: boolean, text: string } | undefined}
 */
export function parseVersion(text) {
  const match = /(\d+)\.(\d+)\.(\d+)(-[0-9A-Za-z.-]+)?/.exec(text);
  if (!match) return undefined;
  return {
    numbers: [Number(match[1]), Number(match[2]), Number(match[3])],
    prerelease: match[4] !== undefined,
    text: match[0],
  };
}

/**
 * Whether `version` is `minimum` or newer. A prerelease is older than the release that it precedes.
 * A text without a version is never new enough.
 * @param {string} version
 * @param {string} minimum
 * @returns {boolean}
 */
export function isAtLeast(version, minimum) {
  const left = parseVersion(version);
  const right = parseVersion(minimum);
  if (!left || !right) return false;
  for (let i = 0; i < 3; i++) {
    const difference = (left.numbers[i] ?? 0) - (right.numbers[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return !left.prerelease || right.prerelease;
}
