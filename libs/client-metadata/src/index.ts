export * from './metadata-policy.js';
