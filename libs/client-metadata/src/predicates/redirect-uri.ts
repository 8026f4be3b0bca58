import type { ProfileKnobs } from '../metadata-policy.js';
import { parseUri, type Uri } from './uri.js';

/** Schemes that no redirection may use: they run code, read local files, or start something other than the client. */
const FORBIDDEN_SCHEMES = new Set(
  (
    'javascript data vbscript file blob about view-source filesystem ftp ws wss mailto tel sms chrome ' +
    'livescript mocha ftps sftp gopher telnet ldap ldaps jar intent content shell smsto res resource mhtml microsoft-edge'
  ).split(' '),
);

/** Whether a scheme (lower case) is never allowed, in whatever client (4.3, also for the other redirections). */
export function isForbiddenScheme(scheme: string): boolean {
  return FORBIDDEN_SCHEMES.has(scheme) || scheme.startsWith('ms-');
}

/** The rows of the table in 4.3 that remain once a URI is well-formed and its scheme is not forbidden. */
export type RedirectForm =
  | 'https'
  | 'https-localhost'
  | 'http-remote'
  | 'http-loopback'
  | 'private-use-dotted'
  | 'private-use-undotted';
/** Its columns. */
export type RedirectColumn = 'web' | 'webImplicit' | 'native';

const NO = { web: false, webImplicit: false, native: false } as const;
const ALLOWED: {
  readonly [form in RedirectForm]: { readonly [column in RedirectColumn]: boolean | keyof ProfileKnobs };
} = {
  https: { web: true, webImplicit: true, native: true },
  'https-localhost': { ...NO, web: true },
  'http-remote': NO,
  'http-loopback': { web: 'httpLoopbackForWeb', webImplicit: false, native: true },
  'private-use-dotted': { web: 'privateUseSchemeForWeb', webImplicit: false, native: true },
  'private-use-undotted': { ...NO, native: 'undottedPrivateUseSchemes' },
};

/** Whether redirection URIs of a form are allowed for a kind of client under a profile (table in 4.3). */
export function isFormAllowed(form: RedirectForm, column: RedirectColumn, knobs: ProfileKnobs): boolean {
  const verdict = ALLOWED[form][column];
  return typeof verdict === 'boolean' ? verdict : knobs[verdict];
}

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether a URI is http on one of the three loopback spellings that RFC 8252 §7.3 and §8.3 name; others do not count. */
export function isLoopback(uri: Uri): boolean {
  return uri.scheme === 'http' && LOOPBACK_HOSTS.has(uri.host);
}

/** The row of the table in 4.3 that a redirection URI belongs to; `null` when it is no URI. */
export function redirectForm(text: string): RedirectForm | null {
  const uri = parseUri(text);
  if (uri === null) return null;
  if (uri.scheme === 'https') return isLocalHost(uri.host) ? 'https-localhost' : 'https';
  if (uri.scheme === 'http') return isLoopback(uri) ? 'http-loopback' : 'http-remote';
  return uri.scheme.includes('.') ? 'private-use-dotted' : 'private-use-undotted';
}

/** `localhost.` is the same name as `localhost`. */
function isLocalHost(host: string): boolean {
  return LOOPBACK_HOSTS.has(host.endsWith('.') ? host.slice(0, -1) : host);
}
