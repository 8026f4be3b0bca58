import { CommandFailed } from './exit-codes.js';

/** Path of one client in the admin API. */
export function adminClientPath(clientId: string | undefined, action?: string): string {
  if (clientId === undefined || clientId === '') throw new CommandFailed('usage', 'name a client_id');
  return `/admin/clients/${encodeURIComponent(clientId)}${action === undefined ? '' : `/${action}`}`;
}
