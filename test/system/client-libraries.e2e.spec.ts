import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { registerClient } from '@modelcontextprotocol/sdk/client/auth.js';
import { OAuthMetadataSchema } from '@modelcontextprotocol/sdk/shared/auth.js';
import * as oauth from 'oauth4webapi';
import * as client6 from 'openid-client';
import { Issuer } from 'openid-client5';
import { pythonWith } from '../support/python.js';
import { everySystem, type RunningSystem } from '../support/systems.js';

everySystem((startSystem) => {
  // Libraries that we did not write, unmodified, as their users call them. Plain http is the loopback of the test.

  const METADATA = {
    client_name: 'My Example Application',
    redirect_uris: ['https://example.com/callback'],
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: 'openid profile email',
  };

  let service: RunningSystem;
  beforeAll(async () => {
    service = await startSystem({
      projectors: 0,
      env: { ROLLBOOK_POLICY: path.resolve('examples/policy.json') },
    });
  });
  afterAll(() => service.stop());

  /** The issuer that the example policy names is not this loopback address, so documents are read without that check. */
  const serverMetadata = async () =>
    (await (
      await fetch(`${service.url}/.well-known/openid-configuration`)
    ).json()) as oauth.AuthorizationServer;

  describe('oauth4webapi', () => {
    const insecure = { [oauth.allowInsecureRequests]: true };

    test('registers, and refuses nothing in the answer', async () => {
      const response = await oauth.dynamicClientRegistrationRequest(
        await serverMetadata(),
        METADATA,
        insecure,
      );
      const client = await oauth.processDynamicClientRegistrationResponse(response);
      expect(client).toMatchObject(METADATA);
    });

    test('RFC 7591 §3.2.2 · reads a refusal as the error it is', async () => {
      const response = await oauth.dynamicClientRegistrationRequest(
        await serverMetadata(),
        { ...METADATA, redirect_uris: ['http://example.com/callback'] },
        insecure,
      );
      const refusal = await oauth
        .processDynamicClientRegistrationResponse(response)
        .catch((error: unknown) => error);
      expect(refusal).toMatchObject({ error: 'invalid_redirect_uri', status: 400 });
    });

    test('RFC 6750 §3 · reads the challenge of an unknown initial access token', async () => {
      const response = await oauth.dynamicClientRegistrationRequest(await serverMetadata(), METADATA, {
        ...insecure,
        initialAccessToken: 'unknown',
      });
      const refusal = await oauth
        .processDynamicClientRegistrationResponse(response)
        .catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(oauth.WWWAuthenticateChallengeError);
      expect((refusal as oauth.WWWAuthenticateChallengeError).cause[0]).toMatchObject({
        scheme: 'bearer',
        parameters: { error: 'invalid_token' },
      });
    });
  });

  describe('openid-client 6', () => {
    test('discovers and registers in one call', async () => {
      const embedded = await startSystem({ projectors: 0 });
      try {
        const configuration = await client6.dynamicClientRegistration(
          new URL(embedded.url),
          METADATA,
          undefined,
          {
            execute: [client6.allowInsecureRequests],
          },
        );
        expect(configuration.clientMetadata()).toMatchObject(METADATA);
        expect(configuration.serverMetadata().registration_endpoint).toBe(`${embedded.url}/connect/register`);
      } finally {
        await embedded.stop();
      }
    });
  });

  /** Static methods that its type declarations leave out of the generic client. */
  type Client5 = {
    register(metadata: object): Promise<{ metadata: Record<string, unknown> }>;
    fromUri(uri: string, token: string): Promise<{ metadata: Record<string, unknown> }>;
  };
  const client5 = async (): Promise<Client5> => {
    const issuer = new Issuer(await serverMetadata());
    return issuer.Client as Client5 & typeof issuer.Client;
  };

  describe('openid-client 5', () => {
    test('registers, and reads the registration back (RFC 7592 §2.1)', async () => {
      const Client = await client5();
      const client = await Client.register(METADATA);
      expect(client.metadata).toMatchObject(METADATA);
      const { registration_client_uri, registration_access_token } = client.metadata as Record<
        string,
        string
      >;
      const again = await Client.fromUri(registration_client_uri ?? '', registration_access_token ?? '');
      expect(again.metadata).toMatchObject(METADATA);
    });

    test('throws the refusal with its code', async () => {
      const Client = await client5();
      await expect(Client.register({ ...METADATA, redirect_uris: [] })).rejects.toMatchObject({
        error: 'invalid_redirect_uri',
      });
    });
  });

  describe('the MCP TypeScript SDK', () => {
    const metadata = {
      client_name: 'MCP client',
      redirect_uris: ['http://localhost:6274/oauth/callback'],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    };

    test('accepts the metadata of the authorization server', async () => {
      const found = await (await fetch(`${service.url}/.well-known/oauth-authorization-server`)).json();
      expect(OAuthMetadataSchema.parse(found).code_challenge_methods_supported).toContain('S256');
    });

    test('registers its public client', async () => {
      const found = await (await fetch(`${service.url}/.well-known/oauth-authorization-server`)).json();
      const registered = await registerClient(service.url, {
        metadata: OAuthMetadataSchema.parse(found),
        clientMetadata: metadata,
      });
      expect(registered).toMatchObject(metadata);
      expect(registered.client_secret).toBeUndefined();
    });
  });

  describe('oidc-agent', () => {
    test('the request that it sends: a mix of a private-use scheme and loopback for a web client (H31)', async () => {
      const request = {
        application_type: 'web',
        client_name: 'oidc-agent:example-host',
        response_types: ['code'],
        grant_types: ['refresh_token', 'authorization_code', 'urn:ietf:params:oauth:grant-type:device_code'],
        scope: 'openid profile offline_access',
        redirect_uris: [
          'edu.kit.data.oidc-agent:/redirect',
          'http://localhost:8080',
          'http://localhost:35902',
          'http://localhost:4242',
        ],
      };
      const response = await fetch(`${service.url}/connect/register`, {
        method: 'POST',
        // libcurl sends the user part that it is given, here an empty one: no initial access token (RFC 6750).
        headers: {
          'content-type': 'application/json',
          authorization: `Basic ${Buffer.from(':').toString('base64')}`,
        },
        body: JSON.stringify(request),
      });
      expect(response.status).toBe(201);
      expect(await response.json()).toMatchObject(request);
    });
  });

  const python = pythonWith(['authlib==1.9.9', 'requests==2.34.2']);
  if (python === null)
    console.warn('authlib is not tested: that needs python3 and a package index that pip reaches');
  // Authlib is Python: where there is none, its case can't run.
  (python === null ? describe.skip : describe)('authlib', () => {
    test('its metadata claims accept the answer, and its session authenticates with the secret', async () => {
      const script = path.resolve('test/system/authlib_client.py');
      // Not the synchronous kind: the address before several processes is a server of this one.
      const { stdout, stderr } = await promisify(execFile)(python ?? '', [script, service.url]);
      expect([stderr, stdout.trim()]).toEqual(['', 'ok']);
    });
  });
});
