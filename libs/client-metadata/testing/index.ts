export * from './everything-policy.js';
export * from './examples.js';
