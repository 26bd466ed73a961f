// Run by npm before it would pack the checkout, whose TypeScript Node.js does not run under node_modules.
process.stderr.write(
  "The checkout is no npm package: run `npm run build`, and then `npm pack ./dist` or `npm publish ./dist`.\n",
);
process.exit(1);
