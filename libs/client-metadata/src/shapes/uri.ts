import type { MetadataPolicy } from '../metadata-policy.js';
import { isAddressLiteral, isAllowedAddress } from '../predicates/address.js';
import { isForbiddenScheme } from '../predicates/redirect-uri.js';
import { isLongerThan } from '../predicates/text.js';
import { authorityFault, parseUri, portFault, type Uri } from '../predicates/uri.js';
import type { Report, Shape } from './shape.js';
import { string } from './string.js';

/** Characters (S3, not from a standard). */
const MAX_URI = 2048;

/** Checks a URI's length and grammar, then what `check` asks of it. */
const uri = (
  expects: string,
  check: (uri: Uri, report: Report, policy: MetadataPolicy) => void,
): Shape<string> =>
  string(expects, { format: 'uri', maxLength: MAX_URI }, (value, report, policy) => {
    if (isLongerThan(value, MAX_URI))
      return report('too-long', '', `must have at most ${MAX_URI} characters`);
    const parsed = parseUri(value);
    return parsed === null ? report('uri-malformed') : check(parsed, report, policy);
  });

function checkHost(parsed: Uri, report: Report): boolean {
  const fault = authorityFault(parsed);
  if (fault !== null) report(fault);
  return fault === null;
}

function checkHttp(parsed: Uri, report: Report): boolean {
  if (parsed.scheme === 'https' || parsed.scheme === 'http') return checkHost(parsed, report);
  report('uri-scheme', '', 'must be an http or https URL');
  return false;
}

function checkHttps(parsed: Uri, report: Report): boolean {
  if (parsed.scheme === 'https') return checkHost(parsed, report);
  report('uri-scheme', '', 'must be an https URL');
  return false;
}

/** What the server itself calls must not point into its own network (4.4.10, S1); names are judged when resolved. */
function checkCallable(parsed: Uri, report: Report, policy: MetadataPolicy): void {
  if (
    isAddressLiteral(parsed.host) &&
    !isAllowedAddress(withoutBrackets(parsed.host), policy.allowedNetworks)
  ) {
    report('special-purpose-host');
  }
}

const withoutBrackets = (host: string): string => (host.startsWith('[') ? host.slice(1, -1) : host);

function checkNoFragment(parsed: Uri, report: Report): void {
  if (parsed.fragment !== null) report('uri-fragment');
}

/** URL rule W: a page or picture that people look at. */
export const webUrl = uri('an http or https URL', checkHttp);
/** URL rule S. */
export const httpsUrl = uri('an https URL', checkHttps);
/** URL rule S, called by the server. */
export const calledUrl = uri('an https URL, not at a special-purpose address', (parsed, report, policy) => {
  if (checkHttps(parsed, report)) checkCallable(parsed, report, policy);
});
/** Request objects by reference; whether http will do depends on how they are signed. */
export const requestUri = uri(
  'an https URL (http if request objects are signed)',
  (parsed, report, policy) => {
    if (checkHttp(parsed, report)) checkCallable(parsed, report, policy);
  },
);
/** Loaded by the user's browser at logout. */
export const frontchannelUrl = uri('an http or https URL without fragment', (parsed, report) => {
  if (checkHttp(parsed, report)) checkNoFragment(parsed, report);
});
/** Called by the server at logout. */
export const backchannelUrl = uri(
  'an http or https URL without fragment, not at a special-purpose address',
  (parsed, report, policy) => {
    if (!checkHttp(parsed, report)) return;
    checkNoFragment(parsed, report);
    checkCallable(parsed, report, policy);
  },
);
/** Any absolute URI, fragment included. */
export const absoluteUri = uri('an absolute URI', () => undefined);
/** A URI that the user's browser is sent to: no fragment, no scheme of 4.3 that is never allowed. */
function checkRedirection(parsed: Uri, report: Report): void {
  if (isForbiddenScheme(parsed.scheme)) return report('uri-forbidden-scheme');
  checkNoFragment(parsed, report);
  if (parsed.scheme === 'http' || parsed.scheme === 'https') checkHost(parsed, report);
  else if (parsed.hasUserinfo) report('uri-userinfo');
  else if (portFault(parsed) !== null) report('uri-port');
}
export const redirection = uri('an absolute URI without fragment', checkRedirection);
/** A redirection URI (4.3); where it may point depends on the kind of client. */
export const redirectUri: Shape<string> = {
  ...redirection,
  check(value, report, policy) {
    // A fragment is the likeliest mistake, so it is named even where a second one made the URI unreadable.
    const malformed = typeof value === 'string' && value.includes('#') && parseUri(value) === null;
    if (malformed) return report('uri-fragment');
    redirection.check(value, report, policy);
    const parsed = typeof value === 'string' ? parseUri(value) : null;
    if (parsed !== null && `${parsed.host}${parsed.path}`.includes('*')) report('uri-wildcard');
  },
};
/** https, or a private-use scheme, which a wallet on the same device handles. */
export const walletUrl = uri('an https URL or a URI with a private-use scheme', (parsed, report) => {
  if (parsed.scheme === 'http') report('uri-scheme', '', 'must be an https URL or use a private-use scheme');
  else checkRedirection(parsed, report);
});
