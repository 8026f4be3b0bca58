export * from './guarded-fetch.js';
export * from './outbound-error.js';
