import { everySystem, type RunningSystem } from '../support/systems.js';

everySystem((startSystem) => {
  let service: RunningSystem;
  beforeAll(async () => {
    service = await startSystem({ projectors: 0 });
  });
  afterAll(() => service.stop());

  const EXAMPLE = {
    client_name: 'My Example Application',
    redirect_uris: ['https://example.com/callback'],
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: 'openid profile email',
  };

  test("the guide's example request gives the guide's twelve members and no others", async () => {
    const response = await fetch(`${service.url}/connect/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(EXAMPLE),
    });
    expect(response.status).toBe(201);
    const answer = (await response.json()) as Record<string, unknown>;
    expect(answer).toEqual({
      ...EXAMPLE,
      client_id: expect.stringMatching(/^[\w-]{22}$/),
      client_secret: expect.stringMatching(/^[\w-]{43}$/),
      client_id_issued_at: expect.any(Number),
      client_secret_expires_at: 0,
      registration_access_token: expect.stringMatching(/^[\w-]{43}$/),
      registration_client_uri: `${service.url}/connect/register?client_id=${String(answer['client_id'])}`,
    });
  });
});
