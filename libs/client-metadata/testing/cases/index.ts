import { ALGORITHM_CASES } from './algorithms.js';
import type { Case } from './case.js';
import { EXTENSION_CASES } from './extensions.js';
import { GRANT_CASES } from './grants.js';
import { KEY_CASES } from './keys.js';
import { MEMBER_CASES } from './members.js';
import { REDIRECT_URI_CASES } from './redirect-uris.js';
import { UPDATE_CASES } from './updates.js';

/** What validation says to several hundred records, by section of the specification. */
export const CASES: { readonly [subject: string]: readonly Case[] } = {
  'redirect URIs': REDIRECT_URI_CASES,
  'grants and response types': GRANT_CASES,
  keys: KEY_CASES,
  algorithms: ALGORITHM_CASES,
  extensions: EXTENSION_CASES,
  'single members': MEMBER_CASES,
  updates: UPDATE_CASES,
};
