export { authorizationServerMetadata, openidConfiguration } from './discovery.js';
export { type AuthorizationServer, effectivePolicy, type Policy, PolicyError } from './effective-policy.js';
export { MEMBERS as POLICY_MEMBERS } from './members.js';
export { POLICY_SCHEMA, type PolicyFile } from './policy-file.js';
