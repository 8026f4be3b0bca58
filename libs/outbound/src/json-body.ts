import type { IncomingMessage } from 'node:http';
import { OutboundError } from './outbound-error.js';

/** `application/json` or any type with the suffix `+json` (RFC 6839); parameters do not matter. */
const JSON_MEDIA_TYPE = /^\s*(?:application\/json|[\w!#$&^.+-]+\/[\w!#$&^.+-]+\+json)\s*(?:;|$)/i;

/**
 * Reads the JSON document of an answer. Octets are counted as they arrive, so an endless body costs `maxBytes`.
 *
 * @param maxBytes size limit in octets, of the body as transferred (content encodings are refused, so also as read)
 * @throws OutboundError `redirect`, `status`, `media_type`, `too_large` or `not_json`; whatever the stream throws
 */
export async function readJsonBody(response: IncomingMessage, maxBytes: number): Promise<unknown> {
  const status = response.statusCode ?? 0;
  if (status >= 300 && status < 400) throw new OutboundError('redirect');
  if (status !== 200) throw new OutboundError('status');
  const encoding = response.headers['content-encoding'] ?? 'identity';
  if (encoding.trim().toLowerCase() !== 'identity') throw new OutboundError('media_type');
  if (!JSON_MEDIA_TYPE.test(response.headers['content-type'] ?? '')) throw new OutboundError('media_type');
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw new OutboundError('too_large');

  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new OutboundError('too_large');
    chunks.push(chunk);
  }
  try {
    // ignoreBOM keeps a byte order mark in the text, where the JSON parser refuses it (RFC 8259 §8.1).
    return JSON.parse(
      new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks)),
    );
  } catch (error) {
    throw new OutboundError('not_json', error);
  }
}
