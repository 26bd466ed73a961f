/** @type {import("jest").Config} */
export default {
  testEnvironment: "<rootDir>/tests/contract/environment.mjs",
  testMatch: ["<rootDir>/tests/**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      {
        jsc: { parser: { syntax: "typescript" }, target: "es2023" },
        module: { type: "es6" },
      },
    ],
  },
  // Set-up, engine tests and the build make folders there, some with package.json files of their own.
  modulePathIgnorePatterns: ["<rootDir>/.sandbox", "<rootDir>/dist"],
  testTimeout: 60_000,
};
