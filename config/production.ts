/** Whether `prod` or `production` is a word of the stack's name: `prod`, `prod-eu`, `acme_production`, but not `product`. */
export const isProduction = (stack: string): boolean => /(?<![a-z0-9])prod(uction)?(?![a-z0-9])/i.test(stack);
