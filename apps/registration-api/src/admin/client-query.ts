import { domainToASCII } from 'node:url';
import type { ClientPage, ClientQuery } from '@rollbook/read-models';
import { decodeCursor, encodeCursor } from './client-cursor.js';
import type { ListClientsQuery } from './inputs.js';
import type { Lag } from './lag.js';

/**
 * What an operator asks for, in the words of the read model.
 *
 * @throws RegistrationError `invalid_request` for a cursor that is none
 */
export function clientQuery({ cursor, name, redirectHost, ...rest }: ListClientsQuery): ClientQuery {
  return {
    ...rest,
    ...(name === undefined ? {} : { name: name.toLowerCase() }),
    // As the URL standard writes the host of a redirect URI. What is no host at all gives '', which nothing has.
    ...(redirectHost === undefined ? {} : { redirectHost: asHost(redirectHost) }),
    ...(cursor === undefined ? {} : { after: decodeCursor(cursor) }),
  };
}

const asHost = (given: string) => (given.startsWith('[') ? given.toLowerCase() : domainToASCII(given));

/** The page as operators get it. */
export const clientPage = ({ items, next }: ClientPage, readModel: Lag) => ({
  items,
  next: next === null ? null : encodeCursor(next),
  readModel,
});
