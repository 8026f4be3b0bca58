import { type PolicyFlag, SUPPORTED_LISTS, type SupportedList } from '@rollbook/client-metadata';
import { SYMMETRIC_JWE_ALGS, SYMMETRIC_JWS_ALGS } from '@rollbook/protocol';

export type Lists = Record<SupportedList, readonly string[]>;
export type Flags = Record<PolicyFlag, boolean>;

/**
 * A value that is of no use without another list's values: registration could never accept it, so it must not be
 * listed either (spec appendix B).
 */
type Requirement = {
  lists: readonly SupportedList[];
  concerns: (value: string) => boolean;
  holds: (lists: Lists, flags: Flags) => boolean;
  says: string;
};

export const CIBA = 'urn:openid:params:grant-type:ciba';
const every = () => true;
const is = (name: string) => (value: string) => value === name;
const isSymmetric = (value: string) =>
  ([...SYMMETRIC_JWS_ALGS, ...SYMMETRIC_JWE_ALGS] as readonly string[]).includes(value);
const isAsymmetric = (value: string) => !isSymmetric(value);
const words = (responseType: string) => responseType.split(' ');
const returnsCode = (responseType: string) => words(responseType).includes('code');
/** Spec 4.1: presentations (`vp_token`) need no grant, also beside `id_token`. */
const returnsTokens = (responseType: string) =>
  !words(responseType).includes('vp_token') &&
  words(responseType).some((word) => word === 'token' || word === 'id_token');
const confidentialClients = (lists: Lists) =>
  lists.token_endpoint_auth_methods_supported.some((method) => method !== 'none');

const CONFIDENTIAL = 'needs a method other than none in token_endpoint_auth_methods_supported';

const REQUIREMENTS: readonly Requirement[] = [
  {
    lists: ['response_types_supported'],
    concerns: returnsCode,
    holds: (lists) => lists.grant_types_supported.includes('authorization_code'),
    says: 'needs authorization_code in grant_types_supported',
  },
  {
    lists: ['response_types_supported'],
    concerns: returnsTokens,
    holds: (lists) => lists.grant_types_supported.includes('implicit'),
    says: 'needs implicit in grant_types_supported',
  },
  {
    lists: ['grant_types_supported'],
    concerns: is('authorization_code'),
    holds: (lists) => lists.response_types_supported.some(returnsCode),
    says: 'needs an entry with code in response_types_supported',
  },
  {
    lists: ['grant_types_supported'],
    concerns: is('implicit'),
    holds: (lists) => lists.response_types_supported.some(returnsTokens),
    says: 'needs an entry with token or id_token in response_types_supported',
  },
  {
    lists: ['grant_types_supported'],
    concerns: (value) => value === 'client_credentials' || value === CIBA,
    holds: confidentialClients,
    says: CONFIDENTIAL,
  },
  {
    lists: ['grant_types_supported'],
    concerns: is(CIBA),
    holds: (lists) => lists.backchannel_token_delivery_modes_supported.length > 0,
    says: 'needs backchannel_token_delivery_modes_supported',
  },
  {
    lists: [
      'backchannel_token_delivery_modes_supported',
      'backchannel_authentication_request_signing_alg_values_supported',
    ],
    concerns: every,
    holds: (lists) => lists.grant_types_supported.includes(CIBA),
    says: `needs ${CIBA} in grant_types_supported`,
  },
  {
    lists: ['token_endpoint_auth_methods_supported'],
    concerns: is('private_key_jwt'),
    holds: (lists) => lists.token_endpoint_auth_signing_alg_values_supported.some(isAsymmetric),
    says: 'needs an asymmetric algorithm in token_endpoint_auth_signing_alg_values_supported',
  },
  {
    lists: ['token_endpoint_auth_methods_supported'],
    concerns: is('client_secret_jwt'),
    holds: (lists) => lists.token_endpoint_auth_signing_alg_values_supported.some(isSymmetric),
    says: 'needs HS256, HS384 or HS512 in token_endpoint_auth_signing_alg_values_supported',
  },
  {
    lists: ['token_endpoint_auth_signing_alg_values_supported'],
    concerns: isAsymmetric,
    holds: (lists) => lists.token_endpoint_auth_methods_supported.includes('private_key_jwt'),
    says: 'needs private_key_jwt in token_endpoint_auth_methods_supported',
  },
  {
    lists: ['token_endpoint_auth_signing_alg_values_supported'],
    concerns: isSymmetric,
    holds: (lists) => lists.token_endpoint_auth_methods_supported.includes('client_secret_jwt'),
    says: 'needs client_secret_jwt in token_endpoint_auth_methods_supported',
  },
  {
    lists: SUPPORTED_LISTS.filter((name) => /_(?:signing|encryption)_alg_values_supported$/.test(name)),
    concerns: isSymmetric,
    holds: confidentialClients,
    says: CONFIDENTIAL,
  },
  {
    lists: ['request_object_signing_alg_values_supported'],
    concerns: is('none'),
    holds: (_lists, flags) => !flags.require_signed_request_object,
    says: 'contradicts require_signed_request_object',
  },
  ...(['id_token', 'userinfo', 'request_object', 'authorization', 'introspection'] as const).map(
    (use): Requirement => ({
      lists: [`${use}_encryption_enc_values_supported`],
      concerns: every,
      holds: (lists) => lists[`${use}_encryption_alg_values_supported`].length > 0,
      says: `needs ${use}_encryption_alg_values_supported`,
    }),
  ),
];

export type Removal = { list: SupportedList; value: string; says: string };

/**
 * Takes out what nothing could use, until every remaining value is of use.
 *
 * @returns the remaining lists, and each removed value with what it would need
 */
export function removeUnusable(given: Lists, flags: Flags): { lists: Lists; removed: Removal[] } {
  const lists = { ...given };
  const removed: Removal[] = [];
  for (;;) {
    const before = removed.length;
    for (const { lists: names, concerns, holds, says } of REQUIREMENTS) {
      if (holds(lists, flags)) continue;
      for (const list of names) {
        removed.push(...lists[list].filter(concerns).map((value) => ({ list, value, says })));
        lists[list] = lists[list].filter((value) => !concerns(value));
      }
    }
    if (removed.length === before) return { lists, removed };
  }
}
