export * from './clock.js';
export * from './health.js';
export * from './logger.js';
export * from './metrics.js';
export * from './variable-parsers.js';
export * from './variables.js';
