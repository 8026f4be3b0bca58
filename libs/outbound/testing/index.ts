export * from './certificate.js';
export * from './tls-server.js';
