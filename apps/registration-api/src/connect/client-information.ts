import type { PersonalMetadata } from '@rollbook/client-metadata';
import type { ClientState } from '@rollbook/registration';

export type Shown = {
  publicUrl: string;
  registration_access_token: string;
  /** Only in the answer that issues it (H22). */
  client_secret: string | null;
};

/** The client configuration endpoint of one client (H14): issued from the configured public URL only (S17). */
export const registrationClientUri = (publicUrl: string, client_id: string) =>
  `${publicUrl}/connect/register?client_id=${encodeURIComponent(client_id)}`;

/**
 * The client information response (RFC 7591 §3.2.1, RFC 7592 §3): credentials, then all registered metadata.
 *
 * @param personal the personal members of the metadata, which are not in the state; null when there is nothing, or nothing left
 */
export function clientInformation(
  state: ClientState,
  personal: PersonalMetadata | null,
  { publicUrl, registration_access_token, client_secret }: Shown,
): Record<string, unknown> {
  return {
    client_id: state.client_id,
    ...(client_secret === null ? {} : { client_secret }),
    client_id_issued_at: state.client_id_issued_at,
    // RFC 7591 §3.2.1: exactly with a secret.
    ...(client_secret === null
      ? {}
      : { client_secret_expires_at: state.secrets.at(-1)?.client_secret_expires_at ?? 0 }),
    registration_access_token,
    registration_client_uri: registrationClientUri(publicUrl, state.client_id),
    ...state.metadata,
    ...personal,
  };
}
