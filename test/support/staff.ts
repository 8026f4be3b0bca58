/** A running service and the tokens of its staff. */
export type Staffed = { url: string; adminToken(): string };

export type Answer = { status: number; headers: Headers; text: string; json: Record<string, unknown> };
export type Call = { token?: string; body?: unknown; headers?: Record<string, string> };

/** One request to a running service, its answer read whole; `json` is empty where the answer is none. */
export async function call(
  service: { url: string },
  method: string,
  at: string,
  sent: Call = {},
): Promise<Answer> {
  const response = await fetch(service.url + at, {
    method,
    headers: {
      ...(sent.token === undefined ? {} : { authorization: `Bearer ${sent.token}` }),
      ...(sent.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...sent.headers,
    },
    ...(sent.body === undefined ? {} : { body: JSON.stringify(sent.body) }),
  });
  const text = await response.text();
  const isJson = /^application\/(schema\+)?json/.test(response.headers.get('content-type') ?? '');
  const json = isJson && text !== '' ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: response.status, headers: response.headers, text, json };
}

export type Registered = {
  client_id: string;
  client_secret: string;
  registration_access_token: string;
};

/** Registers a client; members given replace those of a plain web client. */
export async function register(service: { url: string }, metadata: object = {}): Promise<Registered> {
  const body = { redirect_uris: ['https://app.example/cb'], client_name: 'App', ...metadata };
  const { status, json, text } = await call(service, 'POST', '/connect/register', { body });
  if (status !== 201) throw new Error(`registration: ${status} ${text}`);
  return json as Registered;
}

/** Waits until the read model holds the whole log. */
export async function caughtUp(service: Staffed, withinMs = 10_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const { json } = await call(service, 'GET', '/admin/projections', { token: service.adminToken() });
    const [{ lag } = { lag: { events: -1 } }] = json['items'] as { lag: { events: number } }[];
    if (lag.events === 0) return;
    if (Date.now() > deadline) throw new Error(`the read model is ${lag.events} events behind`);
  }
}
