import { RegistrationError, type Violation } from '@rollbook/protocol';
import { countMembers, MAX_DEPTH, scanJson } from './json-scan.js';

/** A request's body as it came; whoever is allowed to read it parses it (authentication goes first: H16). */
export class RawBody {
  readonly octets: Buffer;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;

  constructor(octets: Buffer, contentType: string | undefined, contentEncoding: string | undefined) {
    this.octets = octets;
    this.contentType = contentType;
    this.contentEncoding = contentEncoding;
  }
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** `application/json`, in any case, with or without parameters, which are irrelevant (spec 1.1.5). */
const JSON_MEDIA_TYPE = /^application\/json[\t ]*(?:;|$)/i;
/** No content coding: an empty list, or the one that changes nothing (RFC 9110 §8.4.1). */
const PLAIN_CODING = /^(?:identity)?$/i;

/**
 * The JSON value of a request's body (RFC 7591 §3.1).
 *
 * @param body what the content type parser left; undefined when the request has no body
 * @throws RegistrationError `unsupported_media_type` (H1), `unsupported_content_coding`, `invalid_client_metadata` (H2,
 *   H3, S3, S15)
 */
export function parseJsonBody(body: unknown): unknown {
  if (!(body instanceof RawBody)) {
    throw refusal(
      'unsupported_media_type',
      'media-type',
      'RFC 7591 §3.1',
      'send a JSON object with Content-Type: application/json',
    );
  }
  if (body.contentType === undefined || !JSON_MEDIA_TYPE.test(body.contentType)) {
    throw refusal(
      'unsupported_media_type',
      'media-type',
      'RFC 7591 §3.1',
      'the Content-Type must be application/json',
    );
  }
  if (!PLAIN_CODING.test(body.contentEncoding ?? '')) {
    throw refusal(
      'unsupported_content_coding',
      'content-encoding',
      'RFC 9110 §8.4',
      'send the body without a Content-Encoding',
    );
  }
  return parseJson(body.octets);
}

/** @throws RegistrationError `invalid_client_metadata` for anything but one well-formed JSON text in UTF-8 */
export function parseJson(octets: Buffer): unknown {
  const text = decode(octets);
  // Before JSON.parse, so that nesting is bounded before anything recursive sees it.
  const scan = scanJson(text);
  if (scan.depth > MAX_DEPTH) {
    throw malformed('json-depth', 'design §6', `the JSON is nested deeper than ${MAX_DEPTH} levels`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw malformed('json-syntax', 'RFC 7591 §3.1', 'the body is not valid JSON');
  }
  if (countMembers(value) < scan.members) {
    throw malformed(
      'json-duplicate-names',
      'RFC 8259 §4',
      'a member name appears twice in one object; send each once',
    );
  }
  return value;
}

/** @throws RegistrationError `invalid_client_metadata` when the value is no object (RFC 7591 §3.1) */
export function requireObject(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('json-object', 'RFC 7591 §3.1', 'the body must be one JSON object');
  }
  return value as Record<string, unknown>;
}

function decode(octets: Buffer): string {
  if (octets.length === 0)
    throw malformed('json-syntax', 'RFC 7591 §3.1', 'the body is empty; send a JSON object');
  let text: string;
  try {
    text = UTF8.decode(octets);
  } catch (error) {
    // Only a decoding failure is the sender's; its class differs between realms, so it is told by its code.
    if ((error as NodeJS.ErrnoException).code !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error;
    throw malformed('json-utf8', 'RFC 8259 §8.1', 'the body is not valid UTF-8');
  }
  if (text.startsWith('\uFEFF')) {
    throw malformed('json-utf8', 'RFC 8259 §8.1', 'the body begins with a byte order mark; send it without');
  }
  return text;
}

const malformed = (rule: string, section: string, message: string) =>
  refusal('invalid_client_metadata', rule, section, message);

function refusal(
  name: 'invalid_client_metadata' | 'unsupported_media_type' | 'unsupported_content_coding',
  rule: string,
  section: string,
  message: string,
): RegistrationError {
  const violation: Violation = { members: [], rule, section, message };
  return new RegistrationError(name, message, { violations: [violation] });
}
