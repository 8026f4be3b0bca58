export type { Case } from './cases/case.js';
export { CASES } from './cases/index.js';
export * from './everything-policy.js';
export * from './examples.js';
export * as KEYS from './keys.js';
export * from './iana-client-metadata.js';
