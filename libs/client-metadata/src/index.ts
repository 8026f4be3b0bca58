export { MEMBERS, UNSUPPORTED } from './members.js';
export type { ClientMetadata, MemberName, PersonalMetadata } from './members.js';
export * from './metadata-policy.js';
export { isAllowedAddress, isSpecialPurposeAddress } from './predicates/address.js';
export type * from './validation.js';
